//! `trace.json` against the rules of the Trace Event Format, as Perfetto and Chrome read it: what breaks them is dropped there
//! without a word.

use std::collections::BTreeMap;

use crate::common::{json, trine, workplace};
use serde_json::{Value, json};

/// A broken rule.
fn flaws(trace: &Value) -> Vec<String> {
    let mut flaws = vec![];
    if !["ms", "ns"].contains(&trace["displayTimeUnit"].as_str().unwrap_or("")) {
        flaws.push("displayTimeUnit is ms or ns".into());
    }
    let Some(events) = trace["traceEvents"].as_array() else { return vec!["traceEvents is an array".into()] };
    let mut tracks: BTreeMap<(u64, u64), Vec<(u64, u64)>> = BTreeMap::new();
    for event in events {
        let number = |name: &str| event[name].as_u64();
        let mut rule = |kept: bool, rule: &str| {
            if !kept {
                flaws.push(format!("{rule}: {event}"));
            }
        };
        rule(event["name"].as_str().is_some_and(|name| !name.is_empty()), "events have names");
        rule(number("pid").is_some(), "events belong to a process");
        rule(event["args"].is_object(), "args is an object");
        match event["ph"].as_str() {
            Some("X") => {
                rule(number("tid").is_some() && number("ts").is_some(), "a slice has a track and a time");
                rule(number("dur").is_some_and(|cycles| cycles > 0), "a slice lasts");
                if let (Some(pid), Some(tid), Some(ts), Some(dur)) =
                    (number("pid"), number("tid"), number("ts"), number("dur"))
                {
                    // Beyond 2^53 a reader in JavaScript would round.
                    rule(ts + dur < 1 << 53, "times are exact in a float");
                    tracks.entry((pid, tid)).or_default().push((ts, ts + dur));
                }
            }
            Some("M") => match event["name"].as_str() {
                Some("process_name") => rule(event["args"]["name"].is_string(), "a process is named by args.name"),
                Some("thread_name") => {
                    rule(number("tid").is_some() && event["args"]["name"].is_string(), "a track is named by args.name");
                }
                Some("thread_sort_index") => {
                    rule(number("tid").is_some() && event["args"]["sort_index"].is_i64(), "sort_index is an integer");
                }
                _ => rule(false, "metadata has a known name"),
            },
            _ => rule(false, "the kind of an event is known"),
        }
    }
    let named = |&(pid, tid): &(u64, u64)| {
        events.iter().any(|e| e["name"] == "thread_name" && e["pid"] == pid && e["tid"] == tid)
    };
    flaws.extend(tracks.keys().filter(|track| !named(track)).map(|track| format!("track {track:?} has a name")));
    for (track, slices) in &mut tracks {
        // Slices of a track lie in one another or apart, the longer first where two begin together.
        slices.sort_by_key(|&(from, to)| (from, u64::MAX - to));
        let mut open: Vec<u64> = vec![];
        for &(from, to) in &*slices {
            open.retain(|end| *end > from);
            if open.last().is_some_and(|end| *end < to) {
                flaws.push(format!("a slice of {track:?} from {from} to {to} ends inside the one around it"));
            }
            open.push(to);
        }
    }
    flaws
}

#[test]
fn a_trace_keeps_the_rules_of_its_format() {
    let folder = workplace();
    // Two depths, several jobs a matmul, more tokens than a job takes.
    let unit = "--lanes 32 --columns 8 --max-depth 96 --max-tokens 3 --offload linear --units 1";
    let run = trine(folder.path(), &format!("run --model MODEL --prompt KING --tokens 2 --report out {unit}"));
    assert_eq!(run.code, Some(0), "{run:?}");
    let trace = json(folder.path(), "out/trace.json");
    assert_eq!(flaws(&trace), Vec::<String>::new());
    let slices = trace["traceEvents"].as_array().unwrap().iter().filter(|e| e["ph"] == "X").count();
    assert!(slices > 1000, "{slices}");

    let events = trace["traceEvents"].as_array().unwrap();
    let mut jobs = (0..events.len()).filter(|&i| events[i]["ph"] == "X" && events[i]["tid"] == 1);
    let (at, next) = (jobs.next().unwrap(), jobs.next().unwrap());
    let time = |i: usize| events[i]["ts"].as_u64().unwrap();
    for (change, rule) in [
        (json!({"ph": "x"}), "the kind of an event"),
        (json!({"dur": -1}), "a slice lasts"),
        (json!({"dur": "7"}), "a slice lasts"),
        (json!({"ts": null}), "a track and a time"),
        (json!({"ts": 1_u64 << 60}), "exact in a float"),
        (json!({"name": 7}), "events have names"),
        (json!({"tid": 99}), "has a name"),
        (json!({"dur": time(next) - time(at) + 1}), "ends inside"),
    ] {
        let mut broken = trace.clone();
        for (name, value) in change.as_object().unwrap() {
            broken["traceEvents"][at][name] = value.clone();
        }
        let found = flaws(&broken);
        assert!(found.len() == 1 && found[0].contains(rule), "{change}: {found:?}");
    }
}
