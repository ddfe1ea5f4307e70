// A part of the page that is loaded: shows exactly one of loading, problem, empty and content.

import { clearProblem, showProblem } from "./problems.js";

export class Region {
  #root; #turn = 0;

  constructor(root) {
    this.#root = root;
  }

  /** Runs `work`, which answers whether there is something to show. A later load makes an earlier one void. */
  async load(work) {
    const turn = ++this.#turn;
    const current = () => turn === this.#turn;
    if (this.#part("content").hidden) this.#show("loading");
    this.#root.setAttribute("aria-busy", "true");
    try {
      const filled = await work(current);
      if (current()) this.#show(filled ? "content" : "empty");
    } catch (error) {
      if (current() && error?.name !== "AbortError") this.#fail(error, work);
    } finally {
      if (current()) this.#root.setAttribute("aria-busy", "false");
    }
  }

  /** Back to the first state; what is under way is void. */
  reset() {
    this.#turn += 1;
    this.#root.setAttribute("aria-busy", "false");
    this.#show("loading");
  }

  #fail(error, work) {
    this.#show("problem");
    showProblem(this.#part("problem"), error, () => this.load(work));
  }

  #show(name) {
    clearProblem(this.#part("problem"));
    for (const part of ["loading", "problem", "empty", "content"]) this.#part(part).hidden = part !== name;
  }

  #part(name) {
    return this.#root.querySelector(`:scope > .${name}`);
  }
}
