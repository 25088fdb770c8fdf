"""Functions of Python programs, by what they do with the strings they are given."""

import re

TEXT_CALLS = {
    "print", "split", "rsplit", "replace", "startswith", "endswith", "compile", "match", "search", "sub", "findall",
    "fullmatch", "finditer", "strip", "lstrip", "rstrip", "get_logger", "getLogger", "input", "partition",
    "rpartition", "removeprefix", "removesuffix", "count", "find", "index", "info", "debug", "warning", "error",
    "exception", "encode", "isinstance", "urlparse", "urljoin", "get", "post", "put", "delete", "patch", "route",
    "add_argument", "test_client", "test_request_context", "basename", "splitext", "isabs", "relpath", "commonpath",
    "commonprefix", "fnmatch", "fnmatchcase", "len", "sorted", "repr", "type", "hash", "quote", "dedent", "indent",
    "reverse", "PurePosixPath", "writerow", "writerows",
}  # fmt: skip
OPENS = {
    "open", "Path", "PosixPath", "listdir", "scandir", "walk", "chdir", "stat", "lstat", "exists", "isfile", "isdir",
    "glob", "iglob", "read_csv", "read_json", "read_parquet", "read_excel", "read_table", "read_pickle", "read_text",
    "load", "loadtxt", "genfromtxt", "imread", "fdopen", "realpath", "abspath", "islink", "getsize", "getmtime",
    "readlink", "connect", "File", "FileInput", "run_path", "import_module", "ZipFile", "is_dir", "access",
    "read_feather", "read_sas", "memmap", "fromfile", "from_file", "load_dotenv", "dotenv_values", "load_dataset",
    "open_code", "iterdir",
}  # fmt: skip
WRITES = {
    "remove", "unlink", "rmdir", "removedirs", "mkdir", "makedirs", "rmtree", "chmod", "chown", "utime", "truncate",
    "to_csv", "to_json", "to_parquet", "to_excel", "to_pickle", "savetxt", "save", "savez", "savefig", "imsave",
    "write_text", "write_bytes", "touch", "symlink_to", "FileHandler", "mkfifo", "mknod", "make_archive",
    "NamedTemporaryFile", "TemporaryDirectory", "mkdtemp", "mkstemp", "extractall", "write_csv", "write_parquet",
}  # fmt: skip
LOADS = {"CDLL", "PyDLL", "LoadLibrary", "load_library", "load_extension", "dlopen", "ExtensionFileLoader"}
TWO_SIDED = {
    "symlink": "read", "link": "read", "copy": "read", "copy2": "read", "copyfile": "read", "copytree": "read",
    "move": "write", "rename": "write", "replace": "write", "renames": "write",
}  # fmt: skip
COMMANDS = {
    "system", "popen", "run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput", "execv",
    "execve", "execvp", "execvpe", "execl", "execle", "execlp", "spawnl", "spawnlp", "spawnv", "spawnvp", "spawn",
    "posix_spawn", "posix_spawnp", "create_subprocess_shell", "create_subprocess_exec",
}  # fmt: skip
METHOD_WRITES = {"write_text", "write_bytes", "unlink", "mkdir", "touch", "rmdir", "chmod", "symlink_to", "rename"}
STRING_METHODS = {
    "startswith", "endswith", "split", "rsplit", "replace", "count", "find", "index", "rfind", "encode", "partition",
    "rpartition", "removeprefix", "removesuffix", "upper", "lower", "title", "isidentifier",
}  # fmt: skip
STRING_BUILDERS = {
    "replace", "strip", "lstrip", "rstrip", "lower", "upper", "removeprefix", "removesuffix", "format", "capitalize",
    "chr",
}  # fmt: skip
GATHERS = {"append", "insert", "extend", "add", "update", "setdefault", "put", "send", "write"}
PATH_NAME = re.compile(
    r"path|file|dir|folder|root|src|source|dst|dest|target|input|output|out|db|database|config|cfg|data|log|cwd|home|base_url"
    r"|where|location|socket|uri|url|fname|fn|key|cert|prefix|save|cache|store|image|model|checkpoint|weights",
    re.IGNORECASE,
)
KNOWN = OPENS | WRITES | COMMANDS | LOADS | set(TWO_SIDED) | {"exec", "eval"}
