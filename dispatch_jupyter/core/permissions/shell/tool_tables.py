"""As `tables`, for the tools that have code of their own, and for wrappers."""

GIT = """
git : | -C=d --git-dir,--work-tree,--exec-path,--super-prefix=r -c,--namespace,--config-env=-
commit : r* | -m,--message,--author,--date,-C,-c,--fixup,--squash,--reuse-message,--trailer,-S,--cleanup=- -F,--file,
  -t,--template,--pathspec-from-file=r
log : ?* | -S,-G,-n,-L,--grep,--author,--committer,--since,--until,--after,--before,--format,--pretty,--date,
  --diff-filter,--max-count,--skip=-
grep : - ?* | -e=-! -f=r! -A,-B,-C,-m,--max-depth,-O=-
clone : ? c | -b,--branch,--depth,-o,--origin,-c,--config,-j,--filter,-u,--upload-pack=- --reference,--template=r
  --separate-git-dir=c
init : c | -b,--initial-branch=- --template=r --separate-git-dir=c
worktree : - c* | -b,-B,--reason=-
archive : ?* | -o,--output=c --format,--prefix,--remote=-
format-patch : ?* | -o,--output-directory=c --subject-prefix,--to,--cc,-n=-
apply am : r* | --directory,-p,-C,--whitespace,--include,--exclude=-
bundle : - c -*
tag notes : -* | -m,-u,-n=- -F=r
branch for-each-ref : -* | --format,--sort,--count=-
config : -* | -f,--file,--blob=r --get,--unset,--add,--get-all,--type,--get-regexp=-
push fetch pull submodule stash : ?* | -o,--push-option,--depth,-j,-X,-s,-b,--name,-m,--message=-
remote : - - ?*
merge rebase cherry-pick : -* | -m,-s,-X,-x,--exec,--onto=- -F=r
hash-object : r* | -t=-
blame : ?* | -L=- --contents,--ignore-revs-file=r
rev-parse reflog bisect credential : -*
ls-remote : ? -*
describe shortlog : -* | --match,--since,--until,--format=-
show : ?* | --format,--pretty=-
rm : w*
mv : w* c
clean : w* | -e,--exclude=-
diff : ?* | -S,-G,--diff-filter,--word-diff-regex,--stat,-U=- --output=c -O=r
difftool : ?* | -t,-x=-
send-email : r* | --to,--cc,--subject,--from=-
"""

TOOLS = """
tar : | -f,--file=A -C,--directory=D -X,--exclude-from,-T,--files-from=r -K,-L,-N,-V=- --exclude,--strip-components,
  --transform,--xform,-b,--owner,--group,--mode,--mtime,-H,--format,--wildcards,-g,-I,--use-compress-program,--strip,
  --include=-
curl : | -o,--output,-D,--dump-header,-c,--cookie-jar,--trace,--trace-ascii,--stderr,--output-dir,--libcurl,--hsts,
  --alt-svc,--etag-save=c -K,--config,-T,--upload-file,--cacert,--capath,-E,--cert,--key,--netrc-file,--etag-compare,
  --unix-socket,--proxy-cacert,--crlfile=r -d,--data,--data-binary,--data-ascii,--data-raw,--data-urlencode,--json,-F,
  --form,--form-string,-H,--header,-b,--cookie,-w,--write-out=@ -X,--request,-u,--user,-A,--user-agent,-e,--referer,
  -m,--max-time,--connect-timeout,-x,--proxy,--retry,--retry-delay,--resolve,--limit-rate,-r,--range,-C,--continue-at,
  -y,-Y,-z,-Q,-t,-P,--interface,--max-redirs,--url,--proto,--proto-default,--ciphers,--tls-max,-U,--oauth2-bearer,
  --retry-max-time=-
wget : | -O,--output-document,-o,--output-file,-a,--append-output,-P,--directory-prefix,--save-cookies,--warc-file=c
  -i,--input-file,--load-cookies,--ca-certificate,--certificate,--private-key,--post-file,--body-file,--config=r -t,
  -T,-Q,-w,-U,-e,-A,-R,-D,-X,-I,-l,--header,--user,--password,--user-agent,--post-data,--method,--limit-rate=-
docker : | -v,--volume=V --mount=M --env-file,--config,--tlscacert,--tlscert,--tlskey,-f,--file,--secret,--ssh,
  --project-directory=r --cidfile,--iidfile,--metadata-file=c -o,--output=O --build-context=? -e,--env,-p,--publish,
  --name,-w,--workdir,-u,--user,--entrypoint,--network,--net,-l,--label,-h,--hostname,--add-host,-t,--tag,--build-arg,
  --platform,--target,-m,--memory,--cpus,--gpus,--restart,--format,--filter,-H,--host,--log-driver,--log-opt,
  --cap-add,--cap-drop,--security-opt,--shm-size,--ip,--dns,--tmpfs,--pull,--progress,-n,--tail,--since,--device,-c,
  --context,--expose,--ulimit,--runtime,--pid,--ipc,--userns,--profile,--cache-from,--cache-to=-
scp : | -i,-F,-S=r -P,-c,-l,-o,-J,-D=- -p=f
sftp : | -i,-F,-S,-b=r -P,-c,-l,-o,-J,-D=-
rsync : | -e,--rsh,--exclude,--include,--filter,-f,--chmod,--bwlimit,--port,-M,--info,--debug,--out-format,--timeout,
  --max-size,--min-size,-B,--rsync-path,--chown,--usermap,--groupmap=- --exclude-from,--include-from,--files-from,
  --password-file,--link-dest,--compare-dest,--copy-dest=r --backup-dir,--log-file,--partial-dir,-T,--temp-dir=c
make : | -C,--directory=d -f,--file,--makefile,-I=r -o,-W,--eval=-
runner : | -p,--package,-c,--call,--from,--with=- --prefix=d
project-runner : | --with,--python,-p,--extra,--group,-n,--name,--package=- --project,--directory=d --env-file=r -m=-
papermill : r c | -f,--parameters_file=r --cwd=r -k,--kernel,-b,-y=-
install-folders : c* | -m,--mode,-o,--owner,-g,--group=-
ssh : - -* | -i,-F,-S=r -E=c -o=? -p,-l,-L,-R,-D,-W,-J,-c,-m,-b,-B,-e,-I,-O,-Q,-w=-
xargs : | -I,-n,-L,-P,-d,-E,-s,--max-args,--max-lines,--max-procs,--delimiter,--replace,--max-chars=- -a,--arg-file=r
parallel : | -j,-N,-n,-I,-S,--jobs,--delay,--timeout,-d,-C,--colsep=- --joblog,--results=c -a,--arg-file=r
"""

WRAPPERS = """
sudo : | -u,-g,-p,-C,-T,-h,-U,-r,-t,--user,--group,--prompt,--host=- -D,--chdir,-R,--chroot=d
doas : | -u=- -C=r
env : | -u,--unset=- -C,--chdir=d
nice ionice : | -n,--adjustment,-c,-p,-t=-
timeout gtimeout : - | -s,--signal,-k,--kill-after=-
stdbuf : | -i,-o,-e,--input,--output,--error=-
time : | -f,--format=- -o,--output=c
strace ltrace : | -e,-p,-s,-a,-u,-n,-E,-I,-O,-S,-b,-P=- -o=c
chroot : d | --userspec,--groups=-
unshare : | -R,--root=r -w,--wd=d -S,-G,--propagation,--map-user,--map-group=-
nsenter : | -t,--target,-S,-G=- -r,--root=r -w,--wd=d
flock : c | -w,--timeout,-E=-
taskset chrt setarch gosu su-exec : -
numactl : | -m,-N,-C,-i=-
firejail : | --profile,--whitelist,--bind=r
runuser : | -u,-g,-G=-
xvfb-run : | -n,-s,-f,-e,-w,--server-args=-
proot : | -r,-b,-w=r
hyperfine : | -w,-r,-m,-M,-n,-L,-P,--warmup,--runs=- --export-json,--export-markdown,--export-csv=c
watch : | -n,--interval=-
dotenv : | -f,--file=r
direnv : - r
systemd-run : | -p,-u,--unit,--slice,-E,-t=- --working-directory=d
gdb : | -ex,-p=- -x=r
perf : - | -e,-F,-p=- -o=c -i=r
fakeroot : | -s=c -i=r
proxychains : | -f=r
cpulimit caffeinate choom trickle : | -l,-p,-t,-w,-n,-d,-u=-
exec : | -a=-
prlimit catchsegv valgrind entr rlwrap torsocks ccache sccache unbuffer tsocks arch setpriv dbus-run-session setsid
  nohup busybox toybox command builtin eatmydata linux32 linux64 tini dumb-init winpty :
"""
