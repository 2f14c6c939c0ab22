//! `redis` against a cluster of three nodes.

use crate::{error, value};
use serde_json::json;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use test_support::databases::{free_port, Redis};

/// The nodes, each with a third of the slots.
fn cluster() -> Option<Vec<Redis>> {
    let node = |_| {
        let port = free_port().to_string();
        Redis::start(&["--cluster-enabled", "yes", "--cluster-port", &port, "--cluster-node-timeout", "2000"])
    };
    let nodes = (0..3).map(node).collect::<Option<Vec<_>>>()?;
    let addresses = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port()));
    let output = Command::new("redis-cli")
        .args(["--cluster", "create"])
        .args(addresses)
        .arg("--cluster-yes")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let start = Instant::now();
    while !nodes.iter().all(|node| node.cli(&["CLUSTER", "INFO"]).contains("cluster_state:ok")) {
        assert!(start.elapsed() < Duration::from_secs(30), "the cluster does not start");
        thread::sleep(Duration::from_millis(50));
    }
    Some(nodes)
}

#[test]
fn commands_reach_the_node_of_their_key() {
    let Some(nodes) = cluster() else { return };
    let url = nodes[0].url();
    let body = "let db = redis::connect(env::get(`DB`));
        for n in 0..100 { db.set(`key:${n}`, n); }
        let sum = 0;
        for n in 0..100 { sum += parse_int(db.get(`key:${n}`)); }
        let commands = [];
        for n in 0..100 { commands.push([`GET`, `key:${n}`]); }
        let replies = db.pipeline(commands);
        let of_all = 0;
        for reply in replies { of_all += parse_int(reply); }
        [sum, of_all, replies[42],
            db.transaction([[`SET`, `{a}1`, 1], [`INCR`, `{a}1`]]), db.transaction([[`SET`, `{b}1`, 1], [`INCR`, `{b}1`]]),
            db.transaction([[`SET`, `{c}1`, 1], [`INCR`, `{c}1`]]),
            db.lua(`return redis.call('GET', KEYS[1])`, [`key:7`], []), db.lua(`return redis.call('GET', KEYS[1])`, [`key:8`], [])]";
    let expected = json!([4950, 4950, "42", ["OK", 2], ["OK", 2], ["OK", 2], "7", "8"]);
    assert_eq!(value(&url, body), expected);
    let sizes: Vec<u32> = nodes.iter().map(|node| node.cli(&["DBSIZE"]).parse().unwrap()).collect();
    assert!(sizes.iter().all(|size| *size > 20), "{sizes:?}");
    for command in ["db.command(`MGET`, `a`, `b`)", "db.transaction([[`SET`, `a`, 1], [`SET`, `b`, 1]])"] {
        let error = error(&url, &format!("let db = redis::connect(env::get(`DB`)); {command}"));
        assert!(error.starts_with("RedisError CROSSSLOT: "), "{command}: {error}");
    }
}

#[test]
fn keys_on_their_way_are_asked_for() {
    let Some(nodes) = cluster() else { return };
    let id = |node: &Redis| node.cli(&["CLUSTER", "MYID"]);
    let slot = nodes[0].cli(&["CLUSTER", "KEYSLOT", "key"]);
    let owner = nodes.iter().position(|node| node.cli(&["SET", "key", "v"]) == "OK").unwrap();
    let to = (owner + 1) % 3;
    nodes[to].cli(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &id(&nodes[owner])]);
    nodes[owner].cli(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &id(&nodes[to])]);
    let port = nodes[to].port().to_string();
    assert_eq!(nodes[owner].cli(&["MIGRATE", "127.0.0.1", &port, "key", "0", "5000"]), "OK");
    let get = "let db = redis::connect(env::get(`DB`)); [db.get(`key`), db.pipeline([[`GET`, `key`], [`GET`, `other`]])]";
    for node in &nodes {
        assert_eq!(value(&node.url(), get), json!(["v", ["v", null]]));
    }
    // The slot has arrived: another node has it from now on.
    for node in &nodes {
        node.cli(&["CLUSTER", "SETSLOT", &slot, "NODE", &id(&nodes[to])]);
    }
    for node in &nodes {
        assert_eq!(value(&node.url(), get), json!(["v", ["v", null]]));
    }
}

#[test]
fn a_node_that_is_down_is_an_error_until_it_is_back() {
    let Some(mut nodes) = cluster() else { return };
    let key = "key";
    let owner = nodes.iter().position(|node| node.cli(&["SET", key, "v"]) == "OK").unwrap();
    let url = nodes[(owner + 1) % 3].url();
    let get = "let db = redis::connect(env::get(`DB`), #{ timeout: 2 }); db.get(`key`)";
    nodes[owner].stop();
    let down = error(&url, get);
    // The other nodes need some seconds to notice.
    assert!(
        down.starts_with("RedisError ConnectionFailed: no connection to 127.0.0.1: ")
            || down.starts_with("RedisError CLUSTERDOWN: "),
        "{down}"
    );
    nodes[owner].restart();
    let start = Instant::now();
    while !nodes.iter().all(|node| node.cli(&["CLUSTER", "INFO"]).contains("cluster_state:ok")) {
        assert!(start.elapsed() < Duration::from_secs(30), "the cluster does not recover");
        thread::sleep(Duration::from_millis(50));
    }
    // Its keys were in memory only.
    assert_eq!(value(&url, get), json!(null));
}
