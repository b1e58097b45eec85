//! What the deployment collector states.

use crate::model::{Deployment, FieldSpec, FieldType, KindSpec};

pub(super) const CONTAINER: &str = "deploy-container";
pub(super) const PORT: &str = "deploy-port";
pub(super) const MOUNT: &str = "deploy-mount";
pub(super) const ENVIRONMENT: &str = "deploy-environment";
pub(super) const INGRESS: &str = "deploy-ingress";
pub(super) const STAGE: &str = "dockerfile-stage";
pub(super) const UNIT: &str = "systemd-unit";

/// Kinds that a Compose file feeds.
pub(super) const OF_COMPOSE: &[&str] = &[CONTAINER, PORT, MOUNT, ENVIRONMENT];
/// Kinds that a Kubernetes manifest feeds.
pub(super) const OF_KUBERNETES: &[&str] = &[CONTAINER, PORT, MOUNT, ENVIRONMENT, INGRESS];
/// Kinds that a Dockerfile feeds.
pub(super) const OF_DOCKERFILE: &[&str] = &[STAGE, ENVIRONMENT];
/// Kinds that a systemd unit feeds.
pub(super) const OF_SYSTEMD: &[&str] = &[UNIT];

/// Whether some named list of files feeds a kind. An empty list says that there are no such files.
pub(super) fn is_asked(kind: &str, deployment: &Deployment) -> bool {
    [
        (&deployment.compose, OF_COMPOSE),
        (&deployment.kubernetes, OF_KUBERNETES),
        (&deployment.dockerfiles, OF_DOCKERFILE),
        (&deployment.systemd, OF_SYSTEMD),
    ]
    .into_iter()
    .any(|(files, kinds)| files.is_some() && kinds.contains(&kind))
}

/// The kinds.
pub const KINDS: &[KindSpec] = &[
    KindSpec {
        name: CONTAINER,
        subject: "file:PATH#service[NAME] or file:PATH#KIND/NAMESPACE/NAME/container[NAME]",
        en: "one container as it would be started, all files merged",
        ja: "起動されるコンテナ(複数ファイルを統合した結果)",
        fields: &[
            field("image", FieldType::Text, "image as it is named", "イメージ名"),
            field(
                "image_pinned",
                FieldType::Bool,
                "a version tag or digest is named; false also for latest",
                "版のタグまたはダイジェストが指定されている",
            ),
            field("image_built", FieldType::Bool, "built from a Dockerfile here", "ここでDockerfileから構築される"),
            field("privileged", FieldType::Bool, "runs privileged", "特権モードで動作する"),
            field(
                "engine_socket",
                FieldType::Bool,
                "the socket of a container engine is mounted",
                "コンテナエンジンのソケットをマウントしている",
            ),
            field("host_network", FieldType::Bool, "shares the host's network", "ホストのネットワークを共有している"),
            field("capabilities", FieldType::Texts, "capabilities that are added", "追加される権限(capability)"),
            field("user", FieldType::Text, "user that is named", "指定された実行ユーザ"),
        ],
    },
    KindSpec {
        name: PORT,
        subject: "file:PATH#service[NAME]/port[CONTAINER-PORT] or file:PATH#Service/NAMESPACE/NAME/port[PORT]",
        en: "one port that is published outside its network",
        ja: "外部に公開されるポート",
        fields: &[
            field("port", FieldType::Integer, "port inside", "コンテナ側のポート"),
            field("address", FieldType::Text, "address on which it is published", "公開するアドレス"),
            field(
                "all_addresses",
                FieldType::Bool,
                "published on every address of the host",
                "ホストの全アドレスで公開される",
            ),
            field("load_balancer", FieldType::Bool, "published by a load balancer", "ロードバランサで公開される"),
            field(
                "database",
                FieldType::Bool,
                "a database, cache or search engine listens there, by its port or image",
                "データベース等の待受けである(ポートまたはイメージで判断)",
            ),
        ],
    },
    KindSpec {
        name: MOUNT,
        subject: "file:PATH#…/mount[HOST-PATH]",
        en: "one path of the host that a container sees",
        ja: "コンテナから見えるホストのパス",
        fields: &[
            field("host_path", FieldType::Text, "path on the host", "ホスト側のパス"),
            field("read_only", FieldType::Bool, "mounted read-only", "読取り専用である"),
            field(
                "logs",
                FieldType::Bool,
                "the path is, holds or lies in the host's log folder",
                "ホストのログ用ディレクトリに当たる",
            ),
            field(
                "declared",
                FieldType::Bool,
                "the container is a declared reader of logs (container:NAME in declared: log_readers)",
                "ログ閲覧者として宣言されている",
            ),
        ],
    },
    KindSpec {
        name: ENVIRONMENT,
        subject: "file:PATH#…/env[NAME]",
        en: "one value that a deployment file gives to a program; the value itself is never kept",
        ja: "配備用ファイルが渡す値(値そのものは保持しない)",
        fields: &[
            field(
                "inline_secret",
                FieldType::Bool,
                "a secret stands here in full; false where it is a reference or no secret",
                "秘密情報がそのまま書かれている",
            ),
            field("class", FieldType::Text, "password token key connection secret, where it is one", "秘密情報の種類"),
        ],
    },
    KindSpec {
        name: INGRESS,
        subject: "file:PATH#Ingress/NAMESPACE/NAME",
        en: "one Kubernetes ingress",
        ja: "KubernetesのIngress",
        fields: &[
            field("hosts", FieldType::Texts, "hosts that are served; * for any", "提供するホスト"),
            field("hosts_without_tls", FieldType::Texts, "of these, those without TLS", "TLSのないホスト"),
            field(
                "redirect_off",
                FieldType::Bool,
                "an annotation switches the redirect to HTTPS off",
                "HTTPSへの転送を無効にしている",
            ),
            field("snippets", FieldType::Texts, "annotations that hold server configuration", "設定スニペットの注釈"),
        ],
    },
    KindSpec {
        name: STAGE,
        subject: "file:PATH#stage[NAME or NUMBER]",
        en: "one stage of a Dockerfile",
        ja: "Dockerfileのステージ",
        fields: &[
            field("final", FieldType::Bool, "the last stage, whose result runs", "最終ステージである"),
            field("base", FieldType::Text, "image or stage that it begins from", "基となるイメージ"),
            field(
                "base_pinned",
                FieldType::Bool,
                "it begins from a version or digest, an earlier stage, or nothing",
                "基のイメージの版またはダイジェストが指定されている(前のステージ・空を含む)",
            ),
            field("user", FieldType::Text, "user in force at its end", "最後に有効なユーザ"),
            field("runs_as_root", FieldType::Bool, "its result runs as root", "rootで動作する"),
            field(
                "remote_adds",
                FieldType::Texts,
                "remote files that are added, or run, without a checksum",
                "検証なしで取り込む外部ファイル",
            ),
        ],
    },
    KindSpec {
        name: UNIT,
        subject: "file:PATH",
        en: "one systemd service with its drop-ins merged",
        ja: "systemdサービス(ドロップインを統合した結果)",
        fields: &[
            field("drop_ins", FieldType::Texts, "drop-ins that apply", "適用されるドロップイン"),
            field(
                "weakened",
                FieldType::Texts,
                "settings that a drop-in makes weaker than the unit has them",
                "ドロップインにより弱められた設定",
            ),
            field("user", FieldType::Text, "user in force", "有効なユーザ"),
            field("umask", FieldType::Text, "umask in force, octal", "有効なumask(8進)"),
            field(
                "umask_open_bits",
                FieldType::Integer,
                "bits of 0027 that the umask leaves open",
                "0027のうちumaskで閉じられていないビット",
            ),
        ],
    },
];

const fn field(name: &'static str, field_type: FieldType, en: &'static str, ja: &'static str) -> FieldSpec {
    FieldSpec { name, field_type, en, ja }
}
