//! The command line.

use std::str::FromStr;
use std::time::Duration;

use crate::sampling::Plan;

pub enum Command {
    List,
    Measure(Request),
}

pub struct Request {
    pub row: String,
    pub config: String,
    pub plan: Plan,
    /// How many actors W7 spawns and how many leaves the skynet of W9 has.
    pub actors: u64,
}

pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let row = arguments.next().ok_or("the row is missing")?;
    if row == "--list" {
        return match arguments.next() {
            None => Ok(Command::List),
            Some(extra) => Err(format!("unexpected argument {extra}")),
        };
    }
    let config = arguments.next().ok_or("the configuration is missing")?;
    let mut request = Request {
        row,
        config,
        plan: Plan {
            warmup: Duration::from_millis(300),
            measure: Duration::from_millis(1000),
            samples: 30,
        },
        actors: 1_000_000,
    };
    while let Some(option) = arguments.next() {
        let value = arguments.next().unwrap_or_default();
        match option.as_str() {
            "--warmup-ms" => {
                request.plan.warmup = Duration::from_millis(positive(&option, &value)?)
            }
            "--measure-ms" => {
                request.plan.measure = Duration::from_millis(positive(&option, &value)?);
            }
            "--samples" => request.plan.samples = positive(&option, &value)?,
            "--actors" => request.actors = positive(&option, &value)?,
            _ => return Err(format!("unknown option {option}")),
        }
    }
    Ok(Command::Measure(request))
}

fn positive<T: FromStr + PartialOrd + From<u8>>(option: &str, value: &str) -> Result<T, String> {
    match value.parse() {
        Ok(number) if number >= T::from(1) => Ok(number),
        _ => Err(format!("{option} needs a positive number, not '{value}'")),
    }
}
