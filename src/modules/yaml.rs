//! `yaml::encode`, `yaml::decode`, `yaml::decode_all`.

use super::arguments::{bytes, error, utf8};
use crate::yaml::{self, Problem};
use rhai_vm::function::Call;
use rhai_vm::{memory, module, Result, Value};

module! {
    /// YAML documents and values, in YAML 1.2: `yes` and `no` are strings, and only `true` and `false` are booleans. Keys are strings; numbers and
    /// booleans as keys become their strings. Aliases stand for the same value as their anchor, and `<<` merges maps. Dates are
    /// strings, `!!binary` is a blob, and tags of applications are ignored.
    "`yaml`"

    namespace "yaml" {
        /// Encodes a value as a YAML document, which programs for YAML 1.1 read in the same way. A time or a duration becomes its
        /// string, and a blob `!!binary`. Throws `YamlError` for a value that has no YAML form, such as a function.
        ///
        /// ```rhai
        /// yaml::encode(#{ name: "tea", tags: ["a", "yes"], empty: [] }) // → "empty: []\nname: tea\ntags:\n  - a\n  - \"yes\"\n"
        /// yaml::encode(#{ text: "two\nlines\n" }) // → "text: |\n  two\n  lines\n"
        /// yaml::encode(|x| x) // ✗ YamlError
        /// ```
        new "encode" (value: Any) -> String throws YamlError = |call| {
            let yaml = yaml::encode(call.value(0));
            yaml.map(Value::from).map_err(|problem| memory::stopped().unwrap_or_else(|| error("YamlError", problem)))
        };

        /// Decodes a YAML document. An empty one is `()`. Throws `YamlError`, with line and column, if it is not valid YAML: also if a key occurs
        /// twice, if there is more than one document, or if aliases stand for more than 100,000 values.
        ///
        /// ```rhai
        /// yaml::decode("name: tea\nprices: [3, 2.5]\n") // → {"name": "tea", "prices": [3, 2.5]}
        /// yaml::decode("base: &base {a: 1, b: 2}\nmore:\n  <<: *base\n  b: 3").more // → {"a": 1, "b": 3}
        /// yaml::decode("a: [1, 2") // ✗ YamlError
        /// ```
        new "decode" (yaml: Any "string | blob") -> Any throws YamlError = |call| {
            let mut documents = decode(call, "yaml::decode")?;
            match documents.len() {
                0 | 1 => Ok(documents.pop().unwrap_or_default()),
                count => {
                    let message = format!("there are {count} documents; use yaml::decode_all for an array of them");
                    Err(error("YamlError", message))
                }
            }
        };

        /// Decodes YAML with any number of documents, separated by `---`, and returns an array of them. Throws `YamlError` as
        /// `yaml::decode` does.
        ///
        /// ```rhai
        /// yaml::decode_all("a: 1\n---\na: 2\n") // → [{"a": 1}, {"a": 2}]
        /// ```
        new "decode_all" (yaml: Any "string | blob") -> Array throws YamlError = |call| {
            decode(call, "yaml::decode_all").map(Value::from)
        };
    }
}

fn decode(call: &Call<'_>, function: &str) -> Result<Vec<Value>> {
    let text = utf8(bytes(call.value(0), function)?, "YAML", "YamlError")?;
    yaml::decode(text, &|| call.check()).map_err(|problem| match problem {
        Problem::Invalid(problem) => error("YamlError", format!("not YAML: {problem}")),
        Problem::Stop(stop) => stop,
    })
}
