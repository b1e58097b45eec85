//! Prints how each nginx file named on standard input is parsed: one line of JSON a file. `benches/nginx_parsers.py` compares it.
#![allow(clippy::print_stdout)] // Printing is what it is for.

use std::io::BufRead;

use serde_json::{Value, json};
use tenken::syntax::nginx::{Directive, parse};

fn main() -> std::io::Result<()> {
    for name in std::io::stdin().lock().lines() {
        let name = name?;
        let read = parse(&std::fs::read(&name)?);
        let mut all = Vec::new();
        gather(&read.directives, &mut all);
        let faults: Vec<Value> = read.faults.iter().map(|fault| json!([fault.line, fault.message])).collect();
        println!("{}", json!({ "file": name, "directives": all, "faults": faults }));
    }
    Ok(())
}

fn gather(directives: &[Directive], all: &mut Vec<Value>) {
    for directive in directives {
        all.push(json!([directive.line, directive.name, directive.arguments]));
        gather(directive.block.as_deref().unwrap_or_default(), all);
    }
}
