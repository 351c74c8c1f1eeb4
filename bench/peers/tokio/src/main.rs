//! The tokio peer of Troupe's benchmarks: one task and one mpsc channel per actor.

mod catalog;
mod ledger;
mod lifecycle;
mod mailbox;
mod messaging;
mod options;
mod random;
mod registry;
mod report;
mod sampling;
mod topology;

use std::process::ExitCode;

use options::Command;

const USAGE: &str = "usage: peer --list
       peer ROW CONFIG [--warmup-ms N] [--measure-ms N] [--samples N] [--actors N]";

fn main() -> ExitCode {
    let request = match options::parse(std::env::args().skip(1)) {
        Ok(Command::List) => {
            for (row, config) in catalog::combinations() {
                println!("{row} {config}");
            }
            return ExitCode::SUCCESS;
        }
        Ok(Command::Measure(request)) => request,
        Err(problem) => return refuse(&problem),
    };
    if !catalog::combinations().contains(&(&request.row, &request.config)) {
        return refuse(&format!("no row {} {}", request.row, request.config));
    }

    // A crash row panics on purpose and often; every other panic becomes a failed row below.
    std::panic::set_hook(Box::new(|_| {}));
    let peer = format!("tokio/{}", request.config);
    let status = match catalog::measure(&request) {
        Ok(measured) => {
            println!("{}", report::success(&request.row, &peer, &measured));
            0
        }
        Err(problem) => {
            println!("{}", report::failure(&request.row, &peer, &problem));
            1
        }
    };
    // Destructors of a million parked tasks would only delay the end.
    std::process::exit(status)
}

fn refuse(problem: &str) -> ExitCode {
    eprintln!("peer: {problem}\n{USAGE}");
    ExitCode::from(2)
}
