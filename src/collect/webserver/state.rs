//! What is in force at a level: inherited unless the level sets its own, all or nothing per directive family.

use std::rc::Rc;

use super::include::Node;

/// One access log target.
#[derive(Debug, Clone)]
pub(super) struct AccessLog {
    pub(super) target: String,
    pub(super) format: String,
    pub(super) conditional: bool,
    pub(super) node: Rc<Node>,
}

/// Effective directives of one level.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// `None` until a level sets one: nginx then writes its default log with the combined format.
    pub(super) logs: Option<Vec<AccessLog>>,
    pub(super) root: Option<String>,
}

impl State {
    /// This state with what a level of its own sets. Arrays such as access_log are replaced as a whole.
    pub(super) fn at(&self, level: &[Node]) -> Self {
        let mut state = self.clone();
        let mut own: Option<Vec<AccessLog>> = None;
        for node in level {
            match (node.name.as_str(), node.arguments.as_slice()) {
                ("access_log", [target, ..]) if target == "off" => own = Some(Vec::new()),
                ("access_log", [target, options @ ..]) => {
                    let format = options.first().filter(|first| !first.contains('='));
                    own.get_or_insert_default().push(AccessLog {
                        target: target.clone(),
                        format: format.cloned().unwrap_or_else(|| "combined".to_owned()),
                        conditional: options.iter().any(|option| option.starts_with("if=")),
                        node: Rc::new(Node { block: None, ..node.clone() }),
                    });
                }
                ("root" | "alias", [path]) => state.root = Some(path.trim_end_matches('/').to_owned()),
                _ => {}
            }
        }
        if own.is_some() {
            state.logs = own;
        }
        state
    }

    /// The logs in force; the default log where no level names one.
    pub(super) fn logs(&self, server: &Node) -> Vec<AccessLog> {
        self.logs.clone().unwrap_or_else(|| {
            vec![AccessLog {
                target: "logs/access.log".to_owned(),
                format: "combined".to_owned(),
                conditional: false,
                node: Rc::new(Node { block: None, ..server.clone() }),
            }]
        })
    }
}
