//! Real programs on the artefacts of a body: each configuration, clean or with its defects, is one that its own program takes.

use std::path::Path;
use std::process::Command;

use crate::body::Body;

/// What real programs refuse of a body; nothing if all is as it should be. `run` is what `served::laid_out` made.
pub(crate) fn refused(body: &Body, folder: &Path, run: &Path) -> Vec<String> {
    let root = folder.join("root");
    let mut refused = Vec::new();
    let mut ask = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if !output.status.success() || said.contains("error: ") {
            refused.push(format!("body {}: {program}: {said}", body.seed));
        }
    };
    ask(
        "nginx",
        &[
            "-t",
            "-q",
            "-p",
            run.to_str().unwrap(),
            "-e",
            run.join("test.log").to_str().unwrap(),
            "-c",
            run.join("nginx/nginx.conf").to_str().unwrap(),
        ],
    );
    let text = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let put = |name: &str, text: &str| {
        let path = run.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for file in body.files.keys().filter_map(|path| path.strip_prefix("root/")) {
        if file == "etc/sudoers" || file.starts_with("etc/sudoers.d/") {
            let file = body.named(file);
            let copy = put(&file, &text(&file).replace("@includedir /etc/sudoers.d", ""));
            ask("visudo", &["-c", "-q", "-f", &copy]);
        }
    }
    // sshd does not start without this folder, which only its service makes.
    let _ = std::fs::create_dir_all("/run/sshd");
    // sshd wants a key of the host; includes lead into the copy.
    let key = run.join("host_key");
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).output().unwrap();
    assert!(made.status.success());
    for file in body
        .files
        .keys()
        .filter_map(|path| path.strip_prefix("root/etc/ssh/"))
        .filter(|path| path.ends_with("conf") || *path == "sshd_config")
    {
        let inside = format!("etc/ssh/{file}");
        put(
            &inside,
            &text(&inside).replace("/etc/ssh/sshd_config.d", &format!("{}/etc/ssh/sshd_config.d", run.display())),
        );
    }
    for user in ["webops", "root"] {
        let who = format!("user={},host=h,addr=192.0.2.7", body.named(user));
        ask(
            "/usr/sbin/sshd",
            &["-T", "-C", &who, "-h", key.to_str().unwrap(), "-f", run.join("etc/ssh/sshd_config").to_str().unwrap()],
        );
    }
    let rotation = text("etc/logrotate.d/nginx").replace("/var/log/nginx", &format!("{}/var/log/nginx", run.display()));
    // Owners of this body do not exist on this machine.
    let rotation: String =
        rotation.lines().filter(|line| !line.trim().starts_with("create")).map(|line| format!("{line}\n")).collect();
    ask("logrotate", &["-d", "-s", run.join("state").to_str().unwrap(), &put("etc/logrotate.d/nginx", &rotation)]);
    if body.files.contains_key("apache/apache2.conf") {
        let apache = std::fs::read_to_string(folder.join("apache/apache2.conf")).unwrap();
        let mut apache = apache.replace("/etc/ssl/", &format!("{}/ssl/", run.display()));
        for folder in ["/var/log/nginx", "/srv/staff"] {
            std::fs::create_dir_all(run.join(&folder[1..])).unwrap();
            apache = apache.replace(folder, &format!("{}{folder}", run.display()));
        }
        apache.push_str(&format!(
            "PidFile {0}/apache.pid\nDefaultRuntimeDir {0}\nUser www-data\nGroup www-data\n",
            run.display()
        ));
        ask("apache2", &["-t", "-f", &put("apache2.conf", &apache)]);
    }
    let compose = format!("{}", folder.join("deploy/compose.yml").display());
    for file in [compose, format!("{}", folder.join("deploy/cluster.yml").display())] {
        // Any YAML parser will do: python's is on every machine that builds these.
        assert!(serde_saphyr::from_multiple::<serde_json::Value>(&std::fs::read_to_string(file).unwrap()).is_ok());
    }
    refused
}
