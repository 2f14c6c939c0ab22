//! What a script does with a server: commands.

use super::command::{self, Arguments};
use super::{milliseconds, value, with_client, wrong, TYPE_NAME};
use crate::modules::accepted::read;
use crate::modules::options::Options;
use ::clients::redis::{Command, Reply};
use rhai_vm::function::Call;
use rhai_vm::module::OptionsParam;
use rhai_vm::{module, Error, Result, Value};

module! {
    /// What `redis::connect` returns. Every command can be sent with `command`; the ones that are used most have functions of their own.
    "Redis commands"

    functions {
        /// Sends any command with its arguments, which may also be one array, and returns the reply. Commands that change the connection itself, such as `SELECT`, `MULTI` and
        /// `SUBSCRIBE`, are refused.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.command("SET", "greeting", "hello") // → "OK"
        /// db.command("MGET", ["greeting", "nothing"]) // → ["hello", null]
        /// db.command("XADD", "log", "*", #{ event: "start" }).contains("-") // → true
        /// db.command("LPUSH", "greeting", 1) // ✗ RedisError
        /// db.command("SUBSCRIBE", "news") // ✗ RedisError
        /// ```
        new "command" (self: Host(TYPE_NAME), name: Any "string | array"; a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any) -> Any throws RedisError = |call| {
            let command = Arguments::of_call(call, 1)?.checked()?;
            send(call, &command).and_then(value::from_reply)
        };

        /// Returns the value of a key, or `()`. A value that is not UTF-8 is a blob.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.set("greeting", "hello");
        /// db.get("greeting") // → "hello"
        /// db.get("nothing") // → null
        /// ```
        new "get" (self: Host(TYPE_NAME), key: Any "string | blob") -> Any throws RedisError = |call| run(call, "GET");

        /// Returns the value of a key as a blob, whatever is in it, or `()`.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.set("greeting", "hello");
        /// db.get_blob("greeting").len() // → 5
        /// ```
        new "get_blob" (self: Host(TYPE_NAME), key: Any "string | blob") -> Any throws RedisError = |call| {
            let command = Arguments::of("GET").and_all(call, 1)?;
            send(call, &command).and_then(value::blob)
        };

        /// Sets a key, and returns whether it did so. Options: `ttl`, the seconds or the duration after which the key expires; `if_missing` and `if_exists`,
        /// which set the key only if it does not exist yet, or if it does; and `keep_ttl`, so that the key expires when it was going to.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.set("lock", "me", #{ ttl: 30, if_missing: true }) // → true
        /// db.set("lock", "you", #{ ttl: 30, if_missing: true }) // → false
        /// db.get("lock") // → "me"
        /// db.set("list", [1, 2]) // ✗ RedisError
        /// ```
        new "set" (self: Host(TYPE_NAME), key: Any "string | blob", value: Any; options: Map) -> Bool throws RedisError = set;

        /// Removes keys, and returns how many there were.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.set("a", 1);
        /// db.del(["a", "b"]) // → 1
        /// ```
        new "del" (self: Host(TYPE_NAME), keys: Any "string | array") -> Int throws RedisError = |call| run(call, "DEL");

        /// Returns whether a key exists.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.exists("nothing") // → false
        /// ```
        new "exists" (self: Host(TYPE_NAME), key: Any "string | blob") -> Bool throws RedisError = |call| is_one(call, "EXISTS");

        /// Adds a number to the value of a key, 1 by default, and returns the new value. A key that does not exist counts as 0. With a float, the result is a float.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.incr("visits") // → 1
        /// db.incr("visits", 10) // → 11
        /// db.incr("visits", -0.5) // → 10.5
        /// ```
        new "incr" (self: Host(TYPE_NAME), key: Any "string | blob"; by: Any "int | float") -> Any "int | float" throws RedisError = incr;

        /// Makes a key expire after so many seconds, or a duration. Returns whether the key exists.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.set("token", "abc");
        /// db.expire("token", time::minutes(5)) // → true
        /// db.expire("nothing", 60) // → false
        /// ```
        new "expire" (self: Host(TYPE_NAME), key: Any "string | blob", ttl: Any "int | float | duration") -> Bool throws RedisError = |call| {
            let milliseconds = milliseconds("ttl", call.value(2))?;
            let key = Arguments::of("PEXPIRE").and(call.value(1))?;
            send(call, &key.and_text(&milliseconds).0).map(|reply| (reply == Reply::Integer(1)).into())
        };

        /// Returns how many seconds a key has left before it expires, or `()` if it never does or does not exist.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.set("token", "abc", #{ ttl: 60 });
        /// db.ttl("token") // → 60
        /// db.ttl("nothing") // → null
        /// ```
        new "ttl" (self: Host(TYPE_NAME), key: Any "string | blob") -> Any "int | ()" throws RedisError = |call| {
            run(call, "TTL").map(|seconds| if seconds.as_int() < Some(0) { Value::Unit } else { seconds })
        };

        /// Returns the value of a field of a hash, or `()`.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.hset("user:1", #{ name: "Ada", visits: 1 });
        /// db.hget("user:1", "name") // → "Ada"
        /// ```
        new "hget" (self: Host(TYPE_NAME), key: Any "string | blob", field: Any "string | blob") -> Any throws RedisError = |call| run(call, "HGET");

        /// Sets fields of a hash, and returns how many of them are new.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.hset("user:1", #{ name: "Ada", visits: 1 }) // → 2
        /// ```
        new "hset" (self: Host(TYPE_NAME), key: Any "string | blob", fields: Map) -> Int throws RedisError = |call| run(call, "HSET");

        /// Returns all fields of a hash as a map, which is empty if the key does not exist.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.hset("user:1", #{ name: "Ada", visits: 1 });
        /// db.hgetall("user:1") // → {"name": "Ada", "visits": "1"}
        /// ```
        new "hgetall" (self: Host(TYPE_NAME), key: Any "string | blob") -> Map throws RedisError = |call| {
            let command = Arguments::of("HGETALL").and_all(call, 1)?;
            send(call, &command).and_then(value::map)
        };

        /// Removes fields of a hash, and returns how many there were.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.hset("user:1", #{ name: "Ada" });
        /// db.hdel("user:1", ["name", "age"]) // → 1
        /// ```
        new "hdel" (self: Host(TYPE_NAME), key: Any "string | blob", fields: Any "string | array") -> Int throws RedisError = |call| run(call, "HDEL");

        /// Adds values at the beginning of a list, one after the other, and returns its length.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.lpush("jobs", [1, 2]) // → 2
        /// db.lrange("jobs", 0, -1) // → ["2", "1"]
        /// ```
        new "lpush" (self: Host(TYPE_NAME), key: Any "string | blob", values: Any) -> Int throws RedisError = |call| run(call, "LPUSH");

        /// Adds values at the end of a list, and returns its length.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.rpush("jobs", [1, 2]) // → 2
        /// ```
        new "rpush" (self: Host(TYPE_NAME), key: Any "string | blob", values: Any) -> Int throws RedisError = |call| run(call, "RPUSH");

        /// Removes the first value of a list and returns it, or `()`.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.rpush("jobs", [1, 2]);
        /// db.lpop("jobs") // → "1"
        /// ```
        new "lpop" (self: Host(TYPE_NAME), key: Any "string | blob") -> Any throws RedisError = |call| run(call, "LPOP");

        /// Removes the last value of a list and returns it, or `()`.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.rpush("jobs", [1, 2]);
        /// db.rpop("jobs") // → "2"
        /// ```
        new "rpop" (self: Host(TYPE_NAME), key: Any "string | blob") -> Any throws RedisError = |call| run(call, "RPOP");

        /// Returns the values of a list from one index to another, both included; -1 is the last one.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.rpush("jobs", [1, 2, 3]);
        /// db.lrange("jobs", 1, -1) // → ["2", "3"]
        /// ```
        new "lrange" (self: Host(TYPE_NAME), key: Any "string | blob", first: Int, last: Int) -> Array throws RedisError = |call| run(call, "LRANGE");

        /// Adds members to a set, and returns how many of them are new.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.sadd("tags", ["new", "red", "red"]) // → 2
        /// ```
        new "sadd" (self: Host(TYPE_NAME), key: Any "string | blob", members: Any) -> Int throws RedisError = |call| run(call, "SADD");

        /// Removes members of a set, and returns how many there were.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.sadd("tags", ["new", "red"]);
        /// db.srem("tags", "new") // → 1
        /// ```
        new "srem" (self: Host(TYPE_NAME), key: Any "string | blob", members: Any) -> Int throws RedisError = |call| run(call, "SREM");

        /// Returns the members of a set, in no order.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.sadd("tags", "red");
        /// db.smembers("tags") // → ["red"]
        /// ```
        new "smembers" (self: Host(TYPE_NAME), key: Any "string | blob") -> Array throws RedisError = |call| run(call, "SMEMBERS");

        /// Returns whether a set has a member.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.sadd("tags", "red");
        /// db.sismember("tags", "red") // → true
        /// ```
        new "sismember" (self: Host(TYPE_NAME), key: Any "string | blob", member: Any) -> Bool throws RedisError = |call| is_one(call, "SISMEMBER");

        /// Adds a member with its score to a sorted set, or changes its score. Returns 1 if the member is new, otherwise 0.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.zadd("scores", 7, "ada") // → 1
        /// db.zadd("scores", 9.5, "ada") // → 0
        /// ```
        new "zadd" (self: Host(TYPE_NAME), key: Any "string | blob", score: Any "int | float", member: Any) -> Int throws RedisError = |call| run(call, "ZADD");

        /// Returns the members of a sorted set from one rank to another, both included; 0 is the lowest score, -1 the highest one.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.zadd("scores", 7, "ada");
        /// db.zadd("scores", 3, "bob");
        /// db.zrange("scores", 0, -1) // → ["bob", "ada"]
        /// ```
        new "zrange" (self: Host(TYPE_NAME), key: Any "string | blob", first: Int, last: Int) -> Array throws RedisError = |call| run(call, "ZRANGE");

        /// Sends commands together, without waiting for each reply, and returns the replies. A command is an array: its name and its arguments. If the
        /// server refuses some of them, the others still run, and the first error is thrown.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.pipeline([["SET", "a", 1], ["INCR", "a"], ["GET", "b"]]) // → ["OK", 2, null]
        /// db.pipeline([["SET", "a", "x"], ["INCR", "a"]]) // ✗ RedisError
        /// ```
        new "pipeline" (self: Host(TYPE_NAME), commands: Array) -> Array throws RedisError = |call| {
            let commands = command::list(call.array(1))?;
            let replies = with_client(call, |client, until| client.pipeline(&commands, until))?;
            values(call, replies, "the others have run")
        };

        /// Runs commands as a transaction: no other client's commands run in between. Returns the replies. If the server refuses a command before they run, such as
        /// an unknown one, none runs. If one fails when it runs, the others have run, and the first error is thrown. In a cluster, all keys must belong to
        /// one slot: `{user:1}:name` and `{user:1}:visits`.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.transaction([["SET", "balance", 10], ["DECRBY", "balance", 3]]) // → ["OK", 7]
        /// db.transaction([["SET", "balance", 0], ["NONSENSE"]]) // ✗ RedisError
        /// db.get("balance") // → "7"
        /// ```
        new "transaction" (self: Host(TYPE_NAME), commands: Array) -> Array throws RedisError = |call| {
            let commands = command::list(call.array(1))?;
            if commands.is_empty() {
                return Ok(Value::array(Vec::new()));
            }
            let replies = with_client(call, |client, until| client.transaction(&commands, until))?;
            values(call, replies, "the others have run, as Redis does not roll back")
        };

        /// Runs a Lua script in the server, which reads and writes in one step, and returns its result. The script is sent once, and then called by its hash.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// let script = "local n = redis.call('INCR', KEYS[1]); if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end; return n";
        /// db.lua(script, ["limit:ada"], [60]) // → 1
        /// db.lua(script, ["limit:ada"], [60]) // → 2
        /// db.lua("return nonsense(", [], []) // ✗ RedisError
        /// ```
        new "lua" (self: Host(TYPE_NAME), script: String, keys: Array, arguments: Array) -> Any throws RedisError = lua;

        /// Publishes a message on a channel, and returns how many clients received it.
        ///
        /// ```rhai
        /// let db = redis::connect(env::get("REDIS_URL"));
        /// db.publish("news", "it works") // → 0
        /// ```
        new "publish" (self: Host(TYPE_NAME), channel: Any "string | blob", message: Any) -> Int throws RedisError = |call| run(call, "PUBLISH");
    }

    options OPTIONS;
}

fn send(call: &Call<'_>, command: &Command) -> Result<Reply> {
    with_client(call, |client, until| client.command(command, until))
}

/// Sends the command that a method stands for, with the method's arguments.
fn run(call: &Call<'_>, name: &str) -> Result<Value> {
    let command = Arguments::of(name).and_all(call, 1)?;
    send(call, &command).and_then(value::from_reply)
}

/// The same for a command whose reply is 1 or 0.
fn is_one(call: &Call<'_>, name: &str) -> Result<Value> {
    let command = Arguments::of(name).and_all(call, 1)?;
    send(call, &command).map(|reply| matches!(reply, Reply::Integer(1) | Reply::Boolean(true)).into())
}

const OPTIONS: &[OptionsParam] =
    &[OptionsParam::new("Redis.set", "options", |options| read(options, words_of_set))];

/// What is added to the command `SET`.
fn words_of_set(options: &mut Options<Error>) -> Result<Vec<String>> {
    let mut words = Vec::new();
    if let Some(ttl) = options.take("ttl") {
        words.extend(["PX".to_owned(), milliseconds("ttl", &ttl)?.to_string()]);
    }
    for (option, word) in [("if_missing", "NX"), ("if_exists", "XX"), ("keep_ttl", "KEEPTTL")] {
        if options.boolean(option)? == Some(true) {
            words.push(word.to_owned());
        }
    }
    options.end()?;
    Ok(words)
}

fn set(call: &mut Call<'_>) -> Result<Value> {
    let words = words_of_set(&mut Options::of(call, 3, "set"))?;
    let command = Arguments::of("SET").and(call.value(1))?.and_one(call.value(2))?;
    let command = words.iter().fold(command, Arguments::and_text);
    send(call, &command.0).map(|reply| (reply != Reply::Null).into())
}

fn incr(call: &mut Call<'_>) -> Result<Value> {
    let by = call.value(2);
    let name = match by {
        Value::Float(_) => "INCRBYFLOAT",
        Value::Int(_) | Value::Unit => "INCRBY",
        other => return Err(wrong("incr adds an integer or a float", other)),
    };
    let key = Arguments::of(name).and(call.value(1))?;
    let command = if by.is_unit() { key.and_text(&1) } else { key.and(by)? };
    let sum = send(call, &command.0).and_then(value::from_reply)?;
    let float = sum.as_str().and_then(|digits| digits.parse::<f64>().ok());
    Ok(float.map_or(sum, Value::from))
}

fn lua(call: &mut Call<'_>) -> Result<Value> {
    let script = call.str(1);
    let rest = |command: Arguments| -> Result<Command> {
        let command = command.and_text(&call.array(2).len()).and(call.value(2))?.and(call.value(3))?;
        Ok(command.0)
    };
    let by_hash = rest(Arguments::of("EVALSHA").and_text(&command::sha1(script)))?;
    let reply = with_client(call, |client, until| match client.command(&by_hash, until) {
        Err(::clients::Error::Failed(failure)) if failure.code == "NOSCRIPT" => Ok(None),
        result => result.map(Some),
    })?;
    let reply = match reply {
        Some(reply) => reply,
        None => send(call, &rest(Arguments::of("EVAL").and_text(script))?)?,
    };
    value::from_reply(reply)
}

/// The values of replies, unless one of them is an error.
fn values(call: &Call<'_>, replies: Vec<Reply>, others: &str) -> Result<Value> {
    let failed = replies.iter().position(|reply| matches!(reply, Reply::Error(_)));
    if let Some(index) = failed {
        let error = replies.into_iter().nth(index);
        return with_client(call, |client, _| match client.value(error.unwrap_or(Reply::Null)) {
            Err(::clients::Error::Failed(mut failure)) => {
                failure.message = format!("the command at index {index}: {} ({others})", failure.message);
                Err(::clients::Error::Failed(failure))
            }
            result => result.map(|_| Value::Unit),
        });
    }
    value::from_reply(Reply::Array(replies))
}
