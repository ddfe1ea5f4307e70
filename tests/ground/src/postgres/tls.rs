//! A cluster that also listens on TCP: with TLS, a certificate of an authority made for it, and a password. Never reaches
//! beyond this machine.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::programs::Programs;
use super::succeeded;
use crate::reserved::Reserved;

const OPENSSL: &str = "[req]\ndistinguished_name = name\nprompt = no\n[name]\nCN = localhost\n\
    [authority]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\nsubjectKeyIdentifier = hash\n\
    [server]\nbasicConstraints = critical, CA:FALSE\nextendedKeyUsage = serverAuth\n\
    subjectAltName = DNS:localhost, IP:127.0.0.1\n";
const ACCESS: &str = "local all all trust\nhostssl all all samehost scram-sha-256\nhostnossl all all samehost trust\n";

/// Where the encrypted door of a cluster is.
pub struct Encrypted {
    /// The TCP port.
    pub port: u16,
    /// The certificate of its authority, PEM.
    pub authority: PathBuf,
    _reserved: Reserved,
}

/// Makes the certificates and the settings, before the first start.
pub(super) fn set_up(programs: &Programs, folder: &Path) -> Encrypted {
    fs::write(folder.join("openssl.cnf"), OPENSSL).expect("the folder is there");
    let mut authority = openssl(programs, folder, "authority");
    authority.args(["-subj", "/CN=Trial authority"]);
    succeeded("openssl", &authority.output().expect("openssl runs"));
    let mut server = openssl(programs, folder, "server");
    server.args(["-CA", "authority.pem", "-CAkey", "authority.key"]);
    succeeded("openssl", &server.output().expect("openssl runs"));
    fs::write(folder.join("data/pg_hba.conf"), ACCESS).expect("initdb made it");
    let reserved = Reserved::any();
    let port = reserved.address().port();
    let shown = folder.display();
    let settings = format!(
        "listen_addresses = '127.0.0.1,127.0.0.2'\nport = {port}\nssl = on\n\
         ssl_cert_file = '{shown}/server.pem'\nssl_key_file = '{shown}/server.key'\n"
    );
    let mut file = fs::File::options().append(true).open(folder.join("data/postgresql.conf")).expect("it is there");
    file.write_all(settings.as_bytes()).expect("it can be written");
    Encrypted { port, authority: folder.join("authority.pem"), _reserved: reserved }
}

/// `openssl req` for a certificate with this section of the configuration and files of this name.
fn openssl(programs: &Programs, folder: &Path, name: &str) -> std::process::Command {
    let mut command = programs.foreign("openssl", folder);
    command.args(["req", "-x509", "-config", "openssl.cnf", "-extensions", name, "-days", "2", "-nodes"]);
    command.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]);
    command.args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.pem")]);
    command
}
