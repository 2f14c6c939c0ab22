//! `xml::encode`, `xml::decode`: XML documents as maps.

use super::arguments::{bytes, error, utf8};
use crate::{value, xml};
use rhai_vm::{module, Result, Value};

module! {
    /// XML documents as maps, in one form:
    ///
    /// | XML | value |
    /// |---|---|
    /// | the document | a map with one key, the root element's name |
    /// | an element without attributes and children | its text as it is; `""` if it is empty |
    /// | any other element | a map of what is in it |
    /// | an attribute | the key `@name` |
    /// | child elements | a key for each name, prefixes included; an array where the name is repeated |
    /// | text beside attributes | the key `#text`, unless there is none |
    /// | text beside children | the same, its pieces joined, without the white space around |
    ///
    /// An element that occurs once is not an array, even if it could be repeated: `let items = []; items += order.item;`
    /// makes an array either way.
    /// The declaration, comments, processing instructions and the order of elements with different names are lost.
    "`xml`"

    namespace "xml" {
        /// Encodes a map as XML. Numbers and booleans, times and durations become text as XML Schema defines it (`INF`, `-INF`
        /// and `NaN` too), `()` an empty element, and an attribute that is `()` is omitted. Throws `XmlError`, which names the
        /// path, for a value that has no XML form, such as a function, and for names that XML does not allow. A blob is written in
        /// base64.
        ///
        /// ```rhai
        /// xml::encode(#{ order: #{ "@id": 7, item: ["tea", "milk"] } }) // → "<order id=\"7\"><item>tea</item><item>milk</item></order>"
        /// xml::encode(#{ photo: blob(2, 255) }) // → "<photo>//8=</photo>"
        /// xml::encode(#{ "two words": 1 }) // ✗ XmlError
        /// ```
        new "encode" (document: Any "map") -> String throws XmlError = |call| {
            encode(call.value(0)).map(Value::from)
        };

        /// Decodes XML. Throws `XmlError`, with line and column, if it is not valid XML. Entities that a DOCTYPE declares are
        /// refused and never expanded; nesting is limited to 128 levels.
        ///
        /// ```rhai
        /// let order = xml::decode("<order id='7'><item>tea</item><item>milk</item></order>").order;
        /// order // → {"@id": "7", "item": ["tea", "milk"]}
        /// xml::decode("<order>") // ✗ XmlError
        /// let items = [];
        /// items += xml::decode("<order><item>tea</item></order>").order.item;
        /// items // → ["tea"]
        /// ```
        new "decode" (xml: Any "string | blob") -> Map throws XmlError = |call| decode(call.value(0));
    }
}

fn encode(value: &Value) -> Result<String> {
    let document = value::for_xml(value).map_err(|problem| error("XmlError", problem))?;
    xml::encode(&document).map_err(|problem| error("XmlError", problem))
}

fn decode(text: &Value) -> Result<Value> {
    let text = bytes(text, "xml::decode")?;
    let document = xml::decode(utf8(text, "XML", "XmlError")?);
    let document = document.map_err(|problem| error("XmlError", format!("not XML: {problem}")))?;
    value::from_json(document).map_err(|problem| error("XmlError", problem))
}
