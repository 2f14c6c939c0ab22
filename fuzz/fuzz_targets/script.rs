#![no_main]
#![feature(alloc_error_hook)]

use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};

/// Memory for one script in bytes.
const MEMORY: u64 = 512 << 20;

// A script that needs more memory than there is ends the process, here as in Lambda. That is known
// and would be all that the fuzzer finds: here it is a panic, which the runtime catches.
libfuzzer_sys::fuzz_target!(
    init: {
        let Rlimit { maximum, .. } = getrlimit(Resource::As);
        setrlimit(Resource::As, Rlimit { current: Some(MEMORY), maximum }).expect("less memory");
        std::alloc::set_alloc_error_hook(|layout| panic!("no memory for {} bytes", layout.size()));
    },
    |data: &[u8]| rhambda_fuzz::script(data)
);
