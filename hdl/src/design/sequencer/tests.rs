use super::sequencer;
use crate::lang::Interpreter;
use trine_spec::Config;

/// Issues, tiles taken, passes ended and results of a job of three tokens, three chunks and three passes.
#[test]
fn a_job_is_walked_once() {
    let config = Config::sized(8, 2).max_depth(64).max_tokens(4).build().unwrap();
    let mut unit = Interpreter::new(&sequencer(&config, config.result_room()).unwrap()).unwrap();
    unit.set_all([("rst_i", 1), ("last_token_i", 2), ("depth_i", 20), ("outputs_i", 5)]);
    (0..3).for_each(|_| unit.clock());
    unit.set_all([("rst_i", 0), ("act_valid_i", 1), ("act_valid_next_i", 1), ("tile_arrives_i", 1), ("start_i", 1)]);
    unit.clock();
    unit.set("start_i", 0);
    let (mut issues, mut takes, mut passes, mut results) = (0, 0, 0, 0);
    let mut tokens = vec![];
    for _ in 0..60 {
        let issue = unit.get("issue_o");
        let result = unit.get("result_o");
        if issue == 1 {
            tokens.push(unit.get("token_o"));
        }
        issues += issue;
        takes += unit.get("take_o");
        passes += issue & unit.get("rewind_o");
        results += result;
        unit.set("pop_i", result);
        unit.clock();
    }
    assert_eq!((issues, takes, passes, results), (27, 9, 3, 9));
    assert!(tokens.chunks(3).all(|chunk| chunk == [0, 1, 2]), "{tokens:?}");
}

/// Without room for another result nothing is issued, and the stall says so.
#[test]
fn no_issue_without_room() {
    let config = Config::sized(8, 2).max_depth(64).max_tokens(4).build().unwrap();
    let mut unit = Interpreter::new(&sequencer(&config, config.result_room()).unwrap()).unwrap();
    unit.set_all([("rst_i", 1), ("last_token_i", 0), ("depth_i", 8), ("outputs_i", 200)]);
    (0..3).for_each(|_| unit.clock());
    unit.set_all([("rst_i", 0), ("act_valid_i", 1), ("act_valid_next_i", 1), ("tile_arrives_i", 1), ("start_i", 1)]);
    unit.clock();
    unit.set("start_i", 0);
    let mut issues = 0;
    for _ in 0..60 {
        issues += unit.get("issue_o");
        unit.clock();
    }
    let room = config.result_room() as i64;
    assert!((room - 2..=room).contains(&issues), "{issues} of {room}");
    assert_eq!((unit.get("stall_out_o"), unit.get("issue_o")), (1, 0));
}
