"""As `tables`, for the tools that have code of their own, and for wrappers."""

GIT = """
git : | -C=d --git-dir,--work-tree,--exec-path,--super-prefix=r -c=G --namespace,--config-env=-
commit : r* | -m,--message,--author,--date,-C,-c,--fixup,--squash,--reuse-message,--trailer,-S,--cleanup=- -F,--file,
  -t,--template,--pathspec-from-file=r
log : ?* | -S,-G,-n,-L,--grep,--author,--committer,--since,--until,--after,--before,--format,--pretty,--date,
  --diff-filter,--max-count,--skip=- --output=c -O=r
grep : - ?* | -e=-! -f=r! -A,-B,-C,-m,--max-depth=- -O,--open-files-in-pager=s
clone : n c | -b,--branch,--depth,-o,--origin,-j,--filter=- -u,--upload-pack=s -c,--config=G --reference,--template=r
  --separate-git-dir=c
init : c | -b,--initial-branch=- --template=r --separate-git-dir=c
worktree : - c* | -b,-B,--reason=-
archive : ?* | -o,--output=c --remote=n --exec=s --format,--prefix=-
format-patch : ?* | -o,--output-directory=c --subject-prefix,--to,--cc,-n=-
apply am : r* | --directory=c -p,-C,--whitespace,--include,--exclude=-
bundle : - c -*
tag notes : -* | -m,-u,-n=- -F=r
branch for-each-ref : -* | --format,--sort,--count=-
config : -* | -f,--file,--blob=r --get,--unset,--add,--get-all,--type,--get-regexp=-
push fetch pull submodule stash : n* | --upload-pack,--receive-pack,--exec=s -o,--push-option,--depth,-j,-X,-s,-b,
  --name,-m,--message=-
remote : - - n*
merge rebase cherry-pick : -* | -m,-s,-X,--onto=- -F=r -x,--exec=s
hash-object : r* | -t=-
blame : ?* | -L=- --contents,--ignore-revs-file=r
rev-parse reflog bisect credential check-ignore check-attr sparse-checkout : -*
ls-remote : n -* | --upload-pack,--exec=s
describe shortlog : -* | --match,--since,--until,--format=-
show : ?* | --format,--pretty=-
rm : w*
mv : w* c
clean : w* | -e,--exclude=-
diff : ?* | -S,-G,--diff-filter,--word-diff-regex,--stat,-U=- --output=c -O=r
difftool : ?* | -t=- -x,--extcmd=s
filter-branch : -* | --tree-filter,--index-filter,--env-filter,--msg-filter,--commit-filter,--parent-filter,
  --tag-name-filter,--setup=s -d=c
send-email : r* | --to,--cc,--subject,--from=-
"""

TOOLS = """
tar : | --one-top-level=c -f,--file=A -C,--directory=D -X,--exclude-from=r -T,--files-from=I -K,-L,-N,-V=- --exclude,
  --strip-components,
  --transform,--xform,-b,--owner,--group,--mode,--mtime,-H,--format,--wildcards,-g,--strip,
  --include=- -I,--use-compress-program,--to-command,-F,--info-script,--new-volume-script,
  --rsh-command,--rmt-command=s --checkpoint-action=a -W=f
curl : | -o,--output,-D,--dump-header,-c,--cookie-jar,--trace,--trace-ascii,--stderr,--output-dir,--libcurl,--hsts,
  --alt-svc,--etag-save=c -K,--config,-T,--upload-file,--cacert,--capath,-E,--cert,--key,--netrc-file,--etag-compare,
  --proxy-cacert,--crlfile,--netrc-file,--proxy-cert,--proxy-key=r --unix-socket=u --variable=@ -d,--data,
  --data-binary,--data-ascii,--data-raw,--data-urlencode,--json,-F,
  --form,--form-string,-H,--header,-b,--cookie,-w,--write-out=@ -X,--request,-u,--user,-A,--user-agent,
  --abstract-unix-socket,--connect-to,-e,--referer,
  -m,--max-time,--connect-timeout,-x,--proxy,--retry,--retry-delay,--resolve,--limit-rate,-r,--range,-C,--continue-at,
  -y,-Y,-z,-Q,-t,-P,--interface,--max-redirs,--url,--proto,--proto-default,--ciphers,--tls-max,-U,--oauth2-bearer,
  --retry-max-time=-
wget : | -O,--output-document,-o,--output-file,-a,--append-output,-P,--directory-prefix,--save-cookies,--warc-file=c
  -i,--input-file,--load-cookies,--ca-certificate,--certificate,--private-key,--post-file,--body-file,--config=r -t,
  -T,-Q,-w,-U,-e,-A,-R,-D,-X,-I,-l,--header,--user,--password,--user-agent,--post-data,--method,--limit-rate=-
  --use-askpass,--egd-file=s
docker : | --volumes-from,--link,--group-add,--sysctl,--stop-signal,--stop-timeout,--health-cmd,
  --health-interval,--health-timeout,--health-retries,--cpuset-cpus,--cpu-shares,--memory-swap,--storage-opt,
  --mac-address,--network-alias,--dns-search,--annotation,--domainname=- --label-file=r -v,--volume=V --mount=M
  --env-file,--config,--tlscacert,--tlscert,--tlskey,-f,--file,--secret,--ssh,
  --project-directory=r -H,--host,--url=u --cidfile,--iidfile,--metadata-file=c -o,--output=O --build-context=? -e,
  --env,-p,--publish,
  --name,-w,--workdir,-u,--user,--entrypoint,--network,--net,-l,--label,-h,--hostname,--add-host,-t,--tag,--build-arg,
  --platform,--target,-m,--memory,--cpus,--gpus,--restart,--format,--filter,--log-driver,--log-opt,
  --cap-add,--cap-drop,--security-opt,--shm-size,--ip,--dns,--tmpfs,--pull,--progress,-n,--tail,--since,--device,-c,
  --context,--expose,--ulimit,--runtime,--pid,--ipc,--userns,--profile,--cache-from,--cache-to=-
scp : | -i,-F=r -S,-D=s -o=o -P,-c,-l,-J=- -p=f
sftp : | -i,-F,-b=r -S,-D=s -o=o -P,-c,-l,-J,-B,-R,-s=-
rsync : | -e,--rsh=s --early-input=r --write-batch,--only-write-batch=c --read-batch=r --exclude,--include,--filter,
  -f,--chmod,--bwlimit,--port,-M,--info,--debug,--out-format,--timeout,
  --max-size,--min-size,-B,--rsync-path,--chown,--usermap,--groupmap=- --exclude-from,--include-from,--files-from,
  --password-file,--link-dest,--compare-dest,--copy-dest=r --backup-dir,--log-file,--partial-dir,-T,--temp-dir=c
make : | -C,--directory=d -f,--file,--makefile,-I=r -o,-W=- --eval=-
runner : | -p,--package,--from,--with=p -c,--call=- --prefix=d
project-runner : | --with,--python,-p,--extra,--group,-n,--name,--package=- --project,--directory=d --env-file=r -m=-
papermill : r c | -f,--parameters_file=r --cwd=r -k,--kernel,-b,-y=-
install-folders : c* | -m,--mode,-o,--owner,-g,--group=-
ssh : - -* | -i,-F,-I=r -S=u -E=c -o=o -L=L -R=R -p,-l,-D,-W,-J,-c,-m,-b,-B,-e,-O,-Q,-w=-
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
strace ltrace : | --output=S -e,-p,-s,-a,-u,-n,-I,-O,-S,-b=- -P,-F=r -E=- -o=S
chroot : d | --userspec,--groups=-
unshare : | -R,--root=r -w,--wd=d -S,-G,--propagation,--map-user,--map-group=-
nsenter : | -t,--target,-S,-G=- -r,--root=r -w,--wd=d
flock : c | -w,--timeout,-E=-
taskset chrt setarch gosu su-exec : -
nsjail : | -R,-B,-C,-c=r
numactl : | -m,-N,-C,-i=-
firejail : | --profile,--whitelist,--bind=r
runuser : | -u,-g,-G=-
xvfb-run : | -n,-s,-f,-e,-w,--server-args=-
proot : | -r,-b,-w=r
hyperfine : | -p,--prepare,-c,--cleanup,-s,--setup,-S,--shell,--conclude=s -w,-r,-m,-M,-n,-L,-P,--warmup,--runs=-
  --export-json,--export-markdown,--export-csv=c
watch : | -n,--interval=-
dotenv : | -f,--file=r
direnv : - r
systemd-run : | -p,--property=p -u,--unit,--slice,-E,-t,--on-active,--on-calendar,--description=-
  --working-directory=d
perf : - | -e,-F,-p=- -o=c -i=r
fakeroot : | -s=c -i=r
proxychains : | -f=r
cpulimit caffeinate choom trickle : | -l,-p,-t,-w,-n,-d,-u=-
exec : | -a=-
dtach abduco : c | -r,-e=-
valgrind : | --log-file,--xml-file,--callgrind-out-file,--massif-out-file=c --suppressions=r --tool=-
bwrap : | --args,--chdir,--file,--seccomp,--setenv,--uid,--gid,--hostname,--proc,--dev,--tmpfs,--dir,--unsetenv,
  --perms=-
faketime : - | -f=-
watchexec : | -w,--watch,--watch-file=r -e,--exts,-i,--ignore,-f,--filter,-s,--signal,-d=-
pkexec : | --user=-
rr uftrace heaptrack bpftrace : -
sshpass : | -f=r -p,-P,-d=-
systemd-nspawn : | -D,--directory,-i,--image,--bind,--bind-ro=r -M,-u=-
prlimit catchsegv chronic ifne dbus-launch catatonit entr rlwrap torsocks ccache sccache unbuffer tsocks arch
  setpriv dbus-run-session setsid
  nohup busybox toybox command builtin eatmydata linux32 linux64 tini dumb-init winpty :
"""

SESSIONS = """
tmux : | -S=u -f=r -c=s -L,-T=-
tmux-command : | -c=r -t,-s,-n,-x,-y,-e,-F,-b,-l,-p,-T,-h,-w,-d=-
tmux-new-session tmux-new tmux-new-window tmux-neww : | -c=r -t,-s,-n,-x,-y,-e,-F,-f=-
tmux-split-window tmux-splitw tmux-respawn-pane tmux-respawnp tmux-respawn-window tmux-respawnw : | -c=r -t,-e,-F,
  -l,-p=-
tmux-display-popup tmux-popup : | -d=r -t,-c,-e,-h,-w,-x,-y,-b,-s,-S,-T=-
tmux-run-shell tmux-run : | -c=r -t,-d=-
tmux-send-keys tmux-send tmux-if-shell tmux-if tmux-pipe-pane tmux-pipep : | -t,-N=-
tmux-source-file tmux-source tmux-load-buffer tmux-loadb tmux-save-buffer tmux-saveb : | -b,-t=-
screen : | -c=r -s=s -Logfile=c -S,-h,-t,-e,-p,-T=-
vim : w* | -l=r -c,--cmd=v -S,-u,-s,-i,-U,-p=r -w,-W,--startuptime,--log=c -t,-q,-T,--servername,--remote-expr,
  --remote-send=- -o=f -p=f -s=f --listen,--server=u
gdb : r* | -ex,-iex,-eval-command,--eval-command,-o,-O,-k,--one-line,--one-line-before-file=b -x,-ix,-command,
  --command,
  -s,--source,-S,-symbols,--symbols,--se,-e,--exec,-c,--core,-core,-d,--directory,-f,--file=r -p,--pid,-n,-w=-
  -cd,--cd=d
nc : -* | -e,--exec,-c,--sh-exec=s --lua-exec,--ssl-cert,--ssl-key,--ssl-trustfile=r -o,--output,-x,--hex-dump=c -p,
  -w,
  -i,-q,-s,-X,-I,-O,-P,-T,-V,-g,-G=- -x=-
socat : | -lf=c -r,-R=c -b,-t,-T,-lp=-
expect : r* | -c=T -f,-b=r -i=-
xterm : -* | -T,-title,-geometry,-fn,-bg,-fg,-name=- --working-directory,-l,-lf=r
"""
