//! Limits of time wait while a debugger holds scripts. In a process of its own: all limits of a process wait together.
#![cfg(feature = "debugger")]

use rhambda_net::{pauses, Until};
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn limits_of_time_wait_while_scripts_are_held() {
    let until = Until::NEVER.by(Some(Instant::now() + Duration::from_millis(10)));
    thread::sleep(Duration::from_millis(20));
    assert!(until.is_over());
    pauses::set(Duration::from_mins(1));
    assert!(!until.is_over() && until.left().is_some_and(|left| left > Duration::from_secs(50)));
    let soon = Until::NEVER.by(Some(Instant::now() + Duration::from_secs(1)));
    assert!(soon.left().is_some_and(|left| left <= Duration::from_secs(1)));
    assert_eq!(until.by(soon.at()).at(), soon.at());
    pauses::set(Duration::from_mins(2));
    assert!(soon.left().is_some_and(|left| left > Duration::from_mins(1)));
}
