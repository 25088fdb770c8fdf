"""Programs that only make text and show it: what looks like a path in them is none that is opened."""

import re

from .gluing import STRING

_INNER = re.compile(r"[$#@]\{((?:[^{}]|\{[^{}]*\})*)\}")
_OPEN = re.compile(r"[#@]\{")
"""Code inside a string, not closed there: quotes within quotes."""
_NAME = re.compile(r"(?<![\w$@%])(?:[A-Za-z_]\w*)")
_ASSIGNED = re.compile(
    r"\b(?:const|let|var|my|our|local|for|function|def|import)\s+\(?([A-Za-z_]\w*)|\b([A-Za-z_]\w*)\s*(?:<-|=(?![=>~]))|\(?\b(\w+)\)?\s*=>"
    r"|\|\s*([a-z_]\w*)(?:\s*,\s*([a-z_]\w*))?\s*\|"
)
_MODULE = re.compile(
    r"\brequire\s*\(?\s*['\"](?:node:)?(?:path|url|util|assert|querystring|json|set|date|time|pathname|uri|bigdecimal)(?:/posix)?['\"]"
    r"\s*\)?|\bfrom\s+['\"](?:node:)?(?:path|url|util|assert)['\"]"
)
_REGEX = re.compile(
    r"\bm\{[^{}]*\}|(?<=[(,=~])\s*m?/(?:[^/\\\n]|\\.)+/[gimsu]*|\bm?/(?:[^/\\\n]|\\.)+/[gimsu]*(?=\s*[,)])"
)
_DYNAMIC = re.compile(
    r"\]\s*\(|[$&]\w+\s*\(|->\s*[$(\[]?\$|&\{|`|<\s*\$?\w*\s*>|\bqx\b|%x|<<|\bdo\s+0\b|-[a-zA-Z]\s*(?:\s0\s|[($])"
    r"|\b(?:from|require|import)\b\s*\(?\s*0\b|\b(?:require|import)\s*\("
)
_TABLE = """
POSIX strftime localtime gmtime time now
const let var my our local if else elsif elif unless for foreach while until do end then return in of and or not
function def true false null nil undefined None True False new typeof void use strict warnings feature break continue
next last case when switch default require import from as begin rescue ensure global is console log error warn info
dir table print println printf puts say echo p pp cat write stdout stderr process io message format sprintf inspect
dump var_dump print_r json_encode json_decode paste paste0 collapse sep cli String Number Boolean Array Object JSON
stringify parse Math Map Set URL URLSearchParams RegExp Date Symbol split join slice splice substr substring indexOf
lastIndexOf includes startsWith endsWith replace replaceAll match matchAll test trim trimStart trimEnd toLowerCase
toUpperCase toString repeat padStart padEnd concat charAt charCodeAt codePointAt length size push pop shift unshift
reverse sort map filter reduce forEach some every find findIndex flat flatMap keys values entries fromEntries assign
at count sum min max floor ceil round abs pathname href host hostname protocol search searchParams hash origin port
get has append set delete path posix basename dirname extname resolve normalize relative isAbsolute delimiter win32
url util isDeepStrictEqual assert equal strictEqual deepEqual deepStrictEqual ok gsub sub tr upcase downcase
capitalize strip chomp chop start_with end_with each each_with_index select reject inject collect first any all to_s
to_i to_sym to_a empty tally zip uniq compact flatten group_by sort_by scan freeze strlen strpos strrpos str_replace
strrev explode implode preg_match preg_replace preg_split preg_quote pathinfo substr_count ucfirst lcfirst strtolower
strtoupper rtrim ltrim array_map array_filter in_array array_merge array_keys str_contains str_starts_with
str_ends_with parse_url http_build_query urlencode PHP_EOL PATHINFO_EXTENSION PATHINFO_FILENAME PATHINFO_BASENAME
array is_string fn number_format htmlspecialchars string gmatch rep len lower upper byte char unpack ipairs pairs
tostring tonumber type lc uc ord chr index rindex defined scalar wantarray undef m s y qr q qq qw g x i e eq ne lt gt
le ge cmp xor nchar toupper tolower strsplit grepl regmatches regexpr unlist lapply sapply c seq_along vapply rev head
tail file_ext fileParse URI encodeURIComponent decodeURIComponent encodeURI isNaN parseInt parseFloat n env argv exit
"""
_TEXT_NAMES = set(_TABLE.split())
"""What makes and shows text, in any of the languages, and their own words."""


def quiet(text: str) -> bool:
    """Whether a program calls nothing but what makes or shows text."""
    if len(text) > 20_000:
        return False
    text = _MODULE.sub(" ", text)
    inner = " ".join(code for literal in STRING.finditer(text) for code in _INNER.findall(literal[0]))
    if _OPEN.search(STRING.sub(lambda literal: _INNER.sub("", literal[0]), text)):
        return False
    if any(literal[0][0] == "`" and "${" not in literal[0] for literal in STRING.finditer(text)):
        # a command in most languages
        return False
    bare = f"{STRING.sub(' 0 ', text)} {STRING.sub(' 0 ', inner)}"
    bare = re.sub(
        r"\bm\{[^{}]*\}|(?<=[(,=~])\s*m?/(?:[^/\\\n]|\\.)+/[gimsu]*|\bm?/(?:[^/\\\n]|\\.)+/[gimsu]*(?=\s*[,)])",
        " 0 ",
        bare,
    )
    bare = re.sub(r"(?<= 0 )\.exec\b", ".test", bare)
    if _DYNAMIC.search(bare):
        return False
    own = {name for found in _ASSIGNED.findall(bare) for name in found if name}
    names = set(_NAME.findall(bare))
    fields = set(re.findall(r"(?:[{,]\s*)([A-Za-z_]\w*)\s*:(?!:)", bare))
    called = set(re.findall(r"(?<![\w$@%])([A-Za-z_]\w*)\s*\(", bare))
    return names <= _TEXT_NAMES | own | fields and called <= _TEXT_NAMES | own
