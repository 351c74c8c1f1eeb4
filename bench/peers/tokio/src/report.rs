//! The JSON line of a row. Ids and configurations need no escapes; failure texts do.

use std::fmt::Write;

use crate::sampling::Series;

pub enum Measured {
    Times(Series),
    Bytes(Vec<f64>),
}

pub fn success(id: &str, peer: &str, measured: &Measured) -> String {
    match measured {
        Measured::Times(series) => format!(
            concat!(
                r#"{{"id":"{}","peer":"{}","unit":"ns","iterations":{:?},"ns":{:?},"#,
                r#""count":{},"sum":{}}}"#
            ),
            id,
            peer,
            series.iterations,
            series.nanoseconds,
            series.received.count,
            series.received.sum
        ),
        Measured::Bytes(values) => {
            format!(r#"{{"id":"{id}","peer":"{peer}","unit":"bytes","values":{values:?}}}"#)
        }
    }
}

pub fn failure(id: &str, peer: &str, problem: &str) -> String {
    format!(
        r#"{{"id":"{id}","peer":"{peer}","failed":"{}"}}"#,
        escaped(problem)
    )
}

fn escaped(text: &str) -> String {
    let mut result = String::new();
    for character in text.chars() {
        match character {
            '"' | '\\' => result.extend(['\\', character]),
            control if (control as u32) < 0x20 => {
                write!(result, "\\u{:04x}", control as u32).expect("a String takes everything");
            }
            other => result.push(other),
        }
    }
    result
}
