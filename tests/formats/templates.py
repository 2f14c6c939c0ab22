"""Templates that are common, and what Jinja makes of them."""

import jinja2

from comparison import run, same

DATA = {
    "user": {"name": "Ada <Lovelace>", "email": "ada@example.com", "age": 36, "tags": ["a", "b & c"]},
    "items": [
        {"name": "tea", "price": 3, "stock": 0, "kind": "drink"},
        {"name": "milk", "price": 1, "stock": 12, "kind": "drink"},
        {"name": "bread", "price": 2, "stock": 5, "kind": "food"},
    ],
    "empty": [],
    "yes": True,
    "no": False,
    "ratio": 0.25,
    "text": "  one two\nthree  ",
    "matrix": [[1, 2], [3, 4]],
    "words": ["delta", "alpha", "charlie", "bravo"],
}

TEMPLATES = [
    "Hello {{ user.name }}!",
    "{{ user['email'] }} {{ user.missing }}|{{ missing|default('none') }}",
    "{% for item in items %}{{ loop.index }}/{{ loop.length }} {{ item.name|upper }}: {{ item.price }}\n{% endfor %}",
    "{% for item in items if item.stock %}{{ item.name }}{% if not loop.last %}, {% endif %}{% else %}nothing{% endfor %}",
    "{% for x in empty %}x{% else %}empty{% endfor %}",
    "{% if yes and not no %}a{% elif no %}b{% else %}c{% endif %}",
    "{% set total = namespace(sum=0) %}{% for i in items %}{% set total.sum = total.sum + i.price * 2 %}{% endfor %}{{ total.sum }}",
    "{% macro field(name, type='text') %}<input name=\"{{ name }}\" type=\"{{ type }}\">{% endmacro %}{{ field('a') }}{{ field('b', type='<x>') }}",
    "{{ items|map(attribute='name')|join(', ') }}",
    "{{ items|selectattr('kind', 'equalto', 'food')|map(attribute='name')|list|length }}",
    "{{ items|sum(attribute='price') }} {{ words|sort|join(' ') }} {{ words|first }} {{ words|last }}",
    "{% for kind, group in items|groupby('kind') %}{{ kind }}: {% for i in group %}{{ i.name }} {% endfor %};{% endfor %}",
    "{{ text|trim }} {{ text|title|trim }} {{ 'abc'|capitalize }} {{ 'a-b'|replace('-', '+') }}",
    "{{ '<b>'|safe }}{{ '<b>'|escape }}{{ '<b>' }}{{ \"'\\\"\" }}",
    "{# a comment #}{%- if yes -%}  tight  {%- endif -%}",
    "{% raw %}{{ not a variable }}{% endraw %}",
    "{{ 7 // 2 }} {{ 7 % 3 }} {{ 2 ** 8 }} {{ 1 + 2 * 3 }} {{ 10 / 4 }} {{ -3|abs }} {{ 3.7|round|int }}",
    "{{ 'a' if yes else 'b' }} {{ 'a' ~ 1 ~ 'b' }} {{ 1 in [1, 2] }} {{ 'x' not in 'abc' }}",
    "{% for row in matrix %}{% for cell in row %}{{ loop.index0 }}{{ cell }}{% endfor %}|{% endfor %}",
    "{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}",
    "{% filter upper %}shout {{ user.age }}{% endfilter %}",
    "{{ range(5)|list|length }}{% for i in range(2, 8, 2) %}{{ i }}{% endfor %}",
    "{{ user.age is number }} {{ user.name is string }} {{ missing is defined }} {{ 4 is even }} {{ 9 is divisibleby 3 }}",
    "{{ 'a b&c'|urlencode }} {{ words|length }} {{ words[1:3]|join }} {{ words|reverse|join('-') }}",
    "{% for key, value in user|dictsort %}{{ key }};{% endfor %}",
    "{% call(x) outer() %}<{{ x }}>{% endcall %}".replace("outer()", "wrap()").join(["{% macro wrap() %}[{{ caller('in') }}]{% endmacro %}", ""]),
    "{% for i in items %}{% if i.name == 'milk' %}{% continue %}{% endif %}{{ i.name }}{% endfor %}",
    "{{ items|batch(2)|list|length }} {{ items|map(attribute='price')|max }} {{ words|unique|list|length }}",
    "{{ ratio }} {{ 1.0 }} {{ 100 }} {{ yes|lower }} {{ '%.2f'|format(ratio) }}",
    "{{ 'ünïcödé €'|upper }} {{ 'a\nb'|indent(2) }}",
]


def render(template, escape):
    environment = jinja2.Environment(autoescape=escape, extensions=["jinja2.ext.loopcontrols"])
    return environment.from_string(template).render(DATA)


def plain(html):
    """Escapes are written in several ways."""
    for reference, character in [("&#39;", "'"), ("&#x27;", "'"), ("&#34;", '"'), ("&quot;", '"'), ("&#x2f;", "/")]:
        html = html.replace(reference, character)
    # Jinja writes Python's booleans, and the others those of JSON.
    return html.replace("True", "true").replace("False", "false")


def make():
    cases = [{"template": t, "escape": escape} for t in TEMPLATES for escape in (True, False)]
    return {"data": DATA, "cases": cases}


def check(event, response):
    for case, ours in zip(event["cases"], response, strict=True):
        theirs = render(case["template"], case["escape"])
        yield from same(case["template"], plain(ours), plain(theirs))


run(make, check)
