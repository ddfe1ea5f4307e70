// A clock that stands still while a request is run. Never left in place: `stop` gives what puts the machine's own back.

const SystemDate = globalThis.Date;

/** A time: Unix seconds, or an RFC 3339 text. */
export function at(time) {
  const milliseconds = typeof time === "number" ? time * 1000 : SystemDate.parse(time);
  if (!Number.isFinite(milliseconds)) throw new Error(`\`${time}\` is no time such as 2026-11-27T09:00:00Z`);
  return { milliseconds, stop: () => stop(milliseconds) };
}

function stop(milliseconds) {
  globalThis.Date = class extends SystemDate {
    constructor(...given) {
      super(...(given.length === 0 ? [milliseconds] : given));
    }

    static now() {
      return milliseconds;
    }
  };
  return () => {
    globalThis.Date = SystemDate;
  };
}
