"""What programs' arguments name, one a line: `names : operands | option=kind ...`, kinds as in `call.Spec`.

An indented line goes on where the one before it stopped.
"""

PROGRAMS = """
cat tac more zcat bzcat xzcat zless bat batcat view wc md5sum sha1sum sha256sum
  sha512sum sum cksum b2sum rev readelf objdump nm ldd size colrm look tsort : r* |
  -n,-s,-w,-d,-A,-j,-N,-S,-t,-v,-h,-m,-l,-e,-c=f -f=f --format,--printf,--language,--theme,--style=- --files0-from=I
nl : r* | -b,-d,-f,-h,-i,-l,-n,-s,-v,-w=-
fold fmt pr expand unexpand : r* | -w,-g,-p,-h,-l,-o,-W,-D,-t=- -s=f
od hexdump strings : r* | -A,-j,-N,-S,-t,-w,-n,-e,-s,-T=- -f=r
stat : r* | -c,--format,--printf=- -f,-L,-t=f
file : r* | -f,--files-from=I -m,--magic-file=l -e,-F,-P,--exclude,--separator=-
column : r* | -s,--separator,-o,--output-separator,-c,--output-width,-N,--table-columns,-R,-H,-W,-O,-r,-n,-T,-E=-
head tail : r* | -n,-c,--lines,--bytes,-s,--pid=-
xxd : r c | -l,-s,-c,-g,-n,-o=-
hd : r* | -n,-s=-
cut paste : r* | -d,-f,-c,-b,--delimiter,--fields,--output-delimiter=-
join comm : r* | -1,-2,-t,-o,-e,-j,-a,-v=-
sort : r* | -k,-t,-S,-T,--key,--field-separator,--parallel,--buffer-size=- -o,--output=c --files0-from=I -T,
  --temporary-directory=c --compress-program=s
uniq : r c | -f,-s,-w=-
shuf : r* | -n,-i,-r=- -e=f -o=c --random-source=r
tr seq yes factor expr date sleep uname whoami id hostname tty nproc uptime free arch groups users logname printenv
  locale tput clear reset stty nice true false cal bc dc ps pgrep pkill kill killall pidof top htop lscpu vmstat
  iostat lsblk lspci lsusb dmesg who w last finger ping traceroute dig nslookup host whois ifconfig ip ss netstat
  journalctl nohup numfmt getconf getent which whereis type apropos info
  xdotool notify-send : -* | -f,-r,--file,--reference=r
which type whereis : -*
date : -* | -d,--date,-s,--set,-I=- -f,--file,-r,--reference=r
bc : r* | -e=-
dc : r* | -e,--expression=v
top : -* | -n,-b,-d,-p,-u,-o=-
crontab : r | -u=-
ls dir vdir exa eza tree du df lsof fuser : r* | -I,--ignore,--hide,--format,--sort,--time,--time-style,--color,-w,-T,
  --block-size,-B,--max-depth,-d,-L,-P,--exclude,-p,-i,-u,-c,-s,--threshold,--output,--filelimit,--level,-t=- -d=f
  -t=f -u=f -c=f -i=f -s=f -p=f
tree : r* | -L,-P,-I,--filelimit,--charset,-H,-T,--timefmt,--sort=- -o=c -d=f -a=f
du : r* | -d,--max-depth,-B,--block-size,-t,--exclude,--threshold,--time-style=- -X,--exclude-from=r --files0-from=I
df : r* | -t,-x,-B,--block-size,--type,--exclude-type=-
lsof : r* | -p,-i,-u,-c,-d,-a=-
ls : r* | -I,--ignore,--hide,-w,-T,--block-size,--sort,--time,--time-style,--format,--color=-
realpath readlink : r* | --relative-to,--relative-base=r
dirname basename : -* | -s=-
cmp diff diff3 sdiff colordiff vimdiff meld delta : r* | -U,-C,-I,-W,-x,-L,--label,--unified,--context,
  --ignore-matching-lines,--exclude,-i,-n=- -i=f -n=f -X,--exclude-from,--from-file,--to-file=r -o=c
patch : w r | -p,-F,-D,-B,-z,-V=- -i,--input=r -o,--output,-r=c -d,--directory=d
grep egrep fgrep zgrep pcregrep : - r* | -e,--regexp=-! -f,--file=r! -m,-A,-B,-C,-d,-D,--include,--exclude,
  --exclude-dir,--max-count,--color,--colour,--label,--after-context,--before-context,--context,--binary-files=-
  --exclude-from=r
rg ag ack ugrep : - r* | -e,--regexp=-! -f,--file=r! --files,--type-list=f! -g,--glob,--iglob,-t,-T,--type,--type-not,
  -A,-B,-C,-m,--max-count,--max-depth,-d,-r,--replace,-j,--threads,--sort,--sortr,--color,--colors,-M,--max-columns,
  --max-filesize,-E,--encoding,--engine,--type-add,--context,--after-context,--before-context,--path-separator,
  --field-match-separator,-G,--ignore-dir,--ignore=- --ignore-file,-p=r --pre=s --hostname-bin=s
fd fdfind : - r* | -e,--extension,-t,--type,-d,--max-depth,--min-depth,-E,--exclude,-g,-S,--size,--changed-within,
  --changed-before,-o,--owner,-j,-c,--color=- --search-path=r --base-directory,-C=d
fzf : -* | -q,--query,-f,--filter,-d,--bind=- --preview,--with-shell=s --history=c
touch truncate : c* | -d,-t,-s,--size,--date,--time=- -r,--reference=r
mkdir mkfifo : c* | -m,--mode,-Z=-
mknod : c -* | -m=-
rm rmdir unlink shred : w* | -n,-s=- -n=f
mktemp : c | --suffix=- -p,--tmpdir=w
chmod chown chgrp chattr setfacl : - w* | --reference=r! -m=- -x,-w,-r=f! --from=-
cp : r* c | -t,--target-directory=c -S,--suffix,--backup,--no-preserve,--preserve,--sparse,--reflink=- -p=f
mv : w* c | -t,--target-directory=c -S,--suffix,--backup=-
install : r* c | -t,--target-directory=c -m,--mode,-o,--owner,-g,--group,-S,--suffix=- -d,--directory=f
ln : r* c | -t,--target-directory=c -S,--suffix=-
link : r c
rsync : r* c | -e,--rsh,--exclude,--include,--filter,-f,--chmod,--bwlimit,--port,-M,--info,--debug,--out-format,
  --timeout,--max-size,--min-size,-B,--rsync-path,--chown=- --exclude-from,--include-from,--files-from,
  --password-file,--link-dest,--compare-dest,--copy-dest=r --backup-dir,--log-file,--partial-dir,-T,--temp-dir=c
split : r c | -b,-l,-n,-a,-C,--lines,--bytes,--number,--additional-suffix,-t,-k=- -d=f --filter=s
csplit : r -* | -f,--prefix=c -n,-b,--digits,--suffix-format=- -k=f
tee sponge : c* |
gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lz4 compress uncompress pigz : w* | -S,-T,-b,-p=- -o=c -D=r
zip : c r* | -x,-i=i -n,-P,-s,-t,-tt=- -b=r -TT,--unzip-command=s -T=f
unzip : r -* | -d=c -x,-P=- -p=f
7z 7za 7zr : - c r* |
ar : - c r*
nano code subl gedit micro hx kak joe mg : w* | -c,+=- -u,-S=r
emacs emacsclient : w* | --eval,-eval,-e,--execute=E -l,--load,-load,-script,--script,--init-directory=r -f,
  --funcall,-a=-
open xdg-open : r* | -a=-
npm pnpm yarn bun npx pnpx bunx corepack : p* | --prefix,-C,--dir,--cwd=d --cache=c --userconfig,--globalconfig,
  --workspace-root=r -w,--workspace,--registry,--filter,--loglevel,--tag,--omit,-p,--package=- --pack-destination=c
node-gyp : ?* | -C,--directory=d
cargo : ?* | --manifest-path=r --config=C --target-dir,--out-dir,--root=c --path=r --features,-F,-p,--package,--bin,
  --example,--test,--bench,-j,--jobs,--target,--profile,--message-format,--color,--exclude,--version,--git,--branch,
  --tag,--rev,-Z=- -C=d
less : r* | -o,-O,--log-file,--LOG-FILE=c -k,--lesskey-file,--lesskey-src,-T,--tag-file=r -p,--pattern,-P,--prompt,
  -x,-z,-j,-h,-y,-b,-D=-
rustc : r* | -o,--out-dir=c -L,--sysroot=r --extern,-C,--codegen,-Z=p --remap-path-prefix=- --crate-name,--crate-type,
  --edition,--emit,--print,--target,-l,--cfg=-
go : ?* | -C=d -o,-out,-coverprofile,-cpuprofile,-memprofile,-outputdir=c -run,-bench,-count,-timeout,-tags,
  -gcflags,-benchtime,-covermode,-parallel,-p,-f=- -modfile,-overlay,-pkgdir,-pgo=r -exec,-toolexec,-vettool=s
  -ldflags,-extldflags=p
gcc g++ cc c++ clang clang++ gfortran ld as nvcc tcc cpp nasm ld.gold ld.lld lld mold : r* | -o,-MF,-MT=c -I,-L,
  -isystem,-include,-iquote,-idirafter,
  --sysroot,-isysroot,-imacros,-specs,--specs,--config,-isystem-after,-dynamic-linker,-T=r -B,-fplugin,-plugin,
  --plugin,
  -fpass-plugin=x -wrapper=W
  -fprofile-use,-fuse-ld,-resource-dir,-ivfsoverlay=r -dumpdir,-save-temps,-fprofile-generate,
  -fmodules-cache-path=c -D,-U,-l,-x,-std,-O,-W,-f,-m,-g,-arch,-target,-Wl,-u,-z,-soname,-rpath=-
cmake : r | -S=r -B=c -G,-T,-A,-j,--parallel,--config,--target,-t,-E=- -D=? -C,-P=r --build,--install,--open=w
  --prefix,--install-prefix=c --toolchain,--preset=r
ctest : p* | --test-dir=r -R,-E,-L,-j,-C=- -O=c
ninja samu : -* | -C=d -f=r -j,-k,-l,-t,-d=-
meson : ?* | -C=d --prefix=r --buildtype=-
pgrep pkill : -* | -F,--pidfile=r -f=f
dart flutter : ?* | -n,--name,-N,--plain-name,-t,--tags,-x,-d,--base-href,--dart-define=-
bats : r* | -f,--filter,-j,--jobs,-F,--formatter,--filter-tags=- -o,--output=c
bazel buck buck2 pants plz : p* | --output_base,--output_user_root=c
pip pip3 uv pipx poetry pdm conda mamba micromamba : p* | -r,--requirement,-c,--constraint=r -e,--editable=r -t,
  --target,--root,--prefix,-d,--dest,--download,--cache-dir,--log,--report,-w,--wheel-dir,--src=c --find-links,-f=r
  --directory,--project=d -i,--index-url,--extra-index-url,--trusted-host,-n,--name,--python,-p,--python-version,
  --platform,--only-binary,--no-binary,--proxy,--timeout=- --file=r --config-file,--config-settings=r
tox nox : p* | -e,-s,--session,-k,-p,-n,-t,-f=- -c,--conf,--root,--noxfile=r --workdir,--result-json=c
pytest py.test nosetests : r* | -k,-m,-n,-p,-W,--tb,--maxfail,--durations,--deselect,--timeout,
  --cov-report,--color,--log-cli-level,--log-level,-e,-s,--session,--reruns,--dist,--numprocesses,--capture,-r,
  --markers,--import-mode,--hypothesis-seed,--hypothesis-profile=- --rootdir,--confcutdir,-c,--config-file,--ignore,
  --ignore-glob,--cov,--cov-config=r -o,--override-ini=p --basetemp,--junitxml,--junit-xml,--html,--log-file,
  --resultlog,--cov-report=c
  -s=f --durations=-
coverage : ?* | --rcfile,--include,--omit,--source,--data-file=r -d,--directory,-o=c -m,--module=-
black isort autopep8 yapf : w* | -l,--line-length,-t,--target-version,--include,--exclude,--extend-exclude,--profile,
  -k=- --config,--settings-path,--sp=r
ruff : ?* | --select,--ignore,--extend-select,--line-length,--output-format,--target-version,--exclude=- --config=r
  --cache-dir,-o,--output-file=c
bandit : r* | -x,--exclude,-t,--tests,-s,--skip,-f,--format,-n,-a=- -c,--configfile,--ini,-b,--baseline=r -o,--output=c
flake8 pylint pyright basedpyright pydocstyle pycodestyle vulture mypy pyflakes ty : r* | --config-file,
  --config,--rcfile,-p,--project=r --cache-dir,--junit-xml,--html-report,--xml-report=c --select,--ignore,
  --max-line-length,--disable,--enable,-m,--module,--package,--python-version,--exclude,--pythonversion,-j,--format,
  --output-format,--msg-template,--load-plugins,--max-complexity,-f=- --python-executable,--pythonpath,--python=r -o=c
eslint prettier stylelint tsc jest vitest mocha esbuild webpack vite rollup babel swc nyc c8 ava tap next nuxt ng vue
  playwright cypress tsx ts-node turbo nx : ?* | --config,-c,--project,-p,--ignore-path,--rulesdir,
  --resolve-plugins-relative-to,--rootDir,--root,--setupFiles,-r,--require,--preset=r --outDir,--outfile,--outdir,-o,
  --output-file,--out-file,--cache-location,--coverageDirectory,--reports-dir=c -t,--testNamePattern,-g,--grep,--ext,
  --rule,--format,-f,--parser,--target,--module,--max-warnings,--reporter,--runInBand,-w,--mode,--port,--host,
  --public-path,--publicPath,--base,--base-href,--define,--loader,--reporters,--global-name,--parser-options=-
jupyter jupyter-lab jupyter-notebook jupyter-nbconvert ipython voila nbqa nbstripout jupytext quarto streamlit : ?* |
  --to,--port,--ip,--kernel,-k,--template,--ServerApp.token,--from,-p,--ServerApp.base_url,
  --NotebookApp.base_url,--base_url,--NotebookApp.token=- --output,--output-dir,--log-output=c --notebook-dir,
  --ServerApp.root_dir,--config,--cwd=r
mount : r r | -o=p -t,-L,-U=-
losetup mkfs fdisk parted blkid swapon swapoff fsck e2fsck tune2fs hdparm smartctl wipefs sfdisk cfdisk : w*
insmod modprobe rmmod : ?*
gpg gpg2 : ?* | -o,--output=c --homedir,--keyring=r -r,--recipient,-u,--local-user,--keyserver,--passphrase=-
  --passphrase-file=r
openssl : p* | -provider-path,-engine=x -in,-inkey,-CAfile,-CApath,-cert,-key,-config,-signkey,-certfile,-extfile,
  -CA,-CAkey,-rand=r -out,
  -keyout,-writerand=c -passin,-passout,-pass=n -subj,-days,-newkey,-connect,-servername,-addext,-reqexts,-extensions,
  -md=-
ssh-keygen : -* | -f=c -t,-b,-C,-N,-P,-R,-F=- -y=f
ssh-add : r* | -t=-
ssh-copy-id : p* | -i=r -p,-o=-
base64 base32 : r | -w,--wrap=-
uuencode : r -
iconv : r* | -f,-t,--from-code,--to-code=- -o,--output=c
pandoc : r* | -o,--output,--extract-media,--log=c -f,-t,--from,--to,-V,--variable,-M,--metadata,--pdf-engine,
  --toc-depth,--highlight-style,-r,-w=- --template,-H,-B,-A,--bibliography,--csl,--css,-c,--filter,-F,-L,
  --resource-path,--data-dir,--reference-doc,-d,--metadata-file=r
ffmpeg : c* | -i=n -vf,-af,-filter_complex,-c,-c:v,-c:a,-b:v,-b:a,-r,-s,-ss,-t,-to,-f,-map,-crf,-preset,-pix_fmt,
  -vcodec,-acodec,-loglevel,-v,-vn,-an,-frames:v,-vframes,-ar,-ac,-metadata=-
ffprobe : r* | -v,-show_entries,-of,-print_format,-select_streams=-
convert magick identify mogrify montage : ?* | -resize,-crop,-quality,-geometry,-fill,-font,-pointsize,-annotate,
  -gravity,-density,-format=-
dot neato : r* | -T,-G,-N,-E,-K=- -o=c
latex pdflatex xelatex lualatex latexmk bibtex tex : t* | -output-directory,-outdir,-auxdir=c -interaction,-jobname=-
java : ?* | -XX:OnOutOfMemoryError,-XX:OnError=s -javaagent,-agentpath,-Djava.security.manager=x
  -XX:HeapDumpPath,-XX:LogFile,-Xloggc,-XX:ErrorFile=c -Djava.security.policy,-Djava.library.path,-Djava.io.tmpdir,
  -jar=r -cp,-classpath,--class-path,--module-path,-p=l -m=-
javac : r* | -d,-s,-h=c -cp,-classpath,--class-path,-sourcepath,--module-path,-p=l -source,-target,--release=-
jar : ?* | -C,--directory=r -f,--file=c
mvn mvnw : p* | -f,--file,-s,--settings,-gs=r -pl,--projects,-P,-T,-rf=- -D=-
gradle gradlew : p* | -p,--project-dir=d -b,--build-file,-c,--settings-file,-I,--init-script=r -g,--gradle-user-home=c
  --tests,-x=- -D,-P=-
dotnet : ?* | -o,--output,--results-directory=c -c,--configuration,-f,--framework,-r,--runtime,--filter,-v,--logger=-
psql : p* | -U,-p,-v,--set,--variable,-P,--pset,-F,-R,-T,--username,--port=- -h,--host=u -d,--dbname=u -c,--command=Q
  -f,--file=r -o,--output,-L,--log-file=c -t=f -a=f -n=f
mysql mariadb mongosh redis-cli mysqldump pg_dump pg_restore : p* | -u,-U,-p,-P,-D,--user,
  --port,--password,-n,-a,-t=- -h,--host,-S,--socket,-s=u -d,--dbname=u -e,-c,--command,--execute,--eval=Q -f,
  --file,--defaults-file,--defaults-extra-file=r -o,
  --output,-L,--log-file,--result-file,-r=c -t=f
kubectl oc : -* | -f,--filename,--kubeconfig,-k,--kustomize,--values,--from-env-file,--patch-file,--from-file,
  --cert,--key,
  --certificate-authority=r -n,--namespace,-o,--output,-l,--selector,-c,--container,--context,--cluster,--template,-p,
  --patch,--set,--set-string,--set-json,--from-literal,--raw,--image,--type,--field-selector,--sort-by,--tail,
  --env,-e,--labels,--annotations,--overrides,--since=- --cache-dir,--log-dir=c --post-renderer=x --set-file=p
helm : p* | -f,--filename,--kubeconfig,-k,--kustomize,--values,--from-env-file,--patch-file,--from-file,--cert,--key,
  --certificate-authority=r -n,--namespace,-o,--output,-l,--selector,-c,--container,--context,--cluster,--template,-p,
  --patch,--set,--set-string,--set-json,--from-literal,--raw,--image,--type,--field-selector,--sort-by,--tail,
  --since=- --cache-dir,--log-dir=c --post-renderer=x --set-file=p
terraform tofu terragrunt packer : ?* | -chdir,--chdir=d -var-file,-backend-config,-state,-plugin-dir=r -out,-state-out,
  -backup=c -var,
  -target,-replace=-
aws gcloud az gsutil : ?* | --paths,--value,--resource-id,--statement-id,--policy-arn,--path-pattern,--alias,--uri,
  --url=- --profile,--region,--query,--output,--filter,--bucket,--key,--prefix,--function-name,
  --project,--zone,--format,-o,-q,--name,--names,--log-group-name,--log-stream-name,--filter-pattern,--set-env-vars,
  --update-env-vars,--parameters,--tags,--labels,--image,--command,--args,--message,--message-body,--path-prefix,
  --path,--exclude,--include,--secret-id,--secret,--input-path,--prefix=- --key-file=r
gh glab : -* | --field=p -F,--body-file,--notes-file,--input=r -b,--body,-t,--title,-R,--repo,-B,--base,-H,--head,
  -l,--label,-a,
  --assignee,-r,--reviewer,-q,--jq,--json,-f,--raw-field,-X,--method,-L,--limit,-s,--state,--template,-m,
  --milestone,-n,--notes,-S,--search,--hostname,-p,--project=- -D,--dir=c
ansible-playbook ansible : r* | -i,--inventory,--vault-password-file,--private-key,--key-file=r -m,-a,-l,-t,--tags,
  --limit,-u,--user,-b=- -e,--extra-vars=i
shellcheck shfmt : r* | -s,--shell,-f,--format,-e,--exclude,-S,-o,-i,-ln=- -w=f
pre-commit : p* | --files=r -c,--config=r
hatch twine flit build maturin setuptools : ?* | -o,--outdir,--out=c -m,--manifest-path,--config-file=r -r,
  --repository,-u,-p=-
virtualenv venv : c* | -p,--python=- --prompt=-
dpkg : ?* | -i,--install=r -l,-L,-s,-S=-
apt apt-get brew yum dnf apk pacman zypper snap : ?* | -c=r -t,-o=- -y=f
mosh : -* | --ssh,--server,--client=s
ipython ipython3 : ?* | -c=N --ipython-dir,--profile-dir,--logfile=c --config,--ext=r --profile,--pylab,--colors=-
ts-node tsx esno : ?* | -e,--eval,-p,--print=E -P,--project,-r,--require,--import,--tsconfig=r
pwsh powershell : r* | -c,-Command,-command,-NonInteractive=s -f,-File,-file=r
nu xonsh elvish tcsh csh : r* | -c=s
pg_restore : r* | -f,--file=c -h,--host=u -U,-p,-d,--dbname,-t,-n,-F,-j,-I,-L,-P,-T,-S=- -l=f
pg_dump pg_dumpall pg_basebackup mysqldump mariadb-dump mongodump : -* | -f,--file,--result-file,-r,-D,
  -o,--out,
  --pgdata,--archive=c -h,--host,-S,--socket=u -U,-u,-p,-P,-d,--dbname,-t,-n,-F,-j=- --defaults-file,
  --defaults-extra-file=r
mkdocs zola hugo jekyll eleventy : ?* | -d,--site-dir,--destination,-o,--output-dir,--output=c -f,--config-file,
  --config,
  -s,--source,--root=r
sphinx-build sphinx-apidoc : r c | -d,-w,-o=c -c=r -b,-D,-A,-j,-t,-H,-V=-
xmllint : r* | --xpath,--encode,--pattern=- --schema,--relaxng,--dtdvalid=r --output,-o=c
umount fusermount : w* | -t,-O=- -u=w
m4 : r* | -I,--include=r -D,-U=-
man : p* | -P,--pager,--html=s -H=s -C,--config-file,-M,--manpath=r -S,-s,-e,-L,-m,-r,-p,-E=- -l,--local-file=r
hg svn : ?* | -m,--message,-u,--user,-r,--rev,-d=- -R,--repository,--cwd,--config-dir=r --config,--config-option=G
  -l,--logfile,-F,--file=r -o,--output=c
conda mamba micromamba : p* | -p,--prefix,--root-prefix=c -n,--name,-c,--channel=- -f,--file=r
dbus-send gdbus busctl : -* | --address,--bus=u --dest,--type,--print-reply,--object-path,--method=-
redis-cli : -* | -s=u -h,-p,-a,-n,-u,-r,-i,--user,--pass,-x=- --rdb=c --eval,--cacert,--cert,--key,--tls=r
ctr crictl : p* | -a,--address,-r,--runtime-endpoint,--image-endpoint=u
buildah : p* | --workingdir,--entrypoint,--cmd,--env,-e,--label,-l,--annotation=- -v,--volume=p
fpm : p* | --prefix,--config-files,-n,-v,-s,-t,--description,--deb-user=- -C,--chdir=d -p,--package=c --inputs=r
cookiecutter copier : n -* | -o,--output-dir=c --config-file,--replay-file,--data-file=r
supervisorctl supervisord : -* | -c,--configuration=r -s,--serverurl=u
ssh-agent : -* | -a=u -t,-P=-
gpg-agent gpgconf gpgsm : -* | --homedir,--options=r --pinentry-program=x
tcpdump tshark dumpcap : -* | -w=c -r,-F=r -z=s -i,-c,-s,-C,-G,-W,-e,-f,-Y,-T,-b=-
aria2c : -* | --on-download-complete,--on-download-start,--on-download-error,--on-download-stop,
  --on-bt-download-complete=s
  -d,--dir,-o,--out,-l,--log,--save-session,--save-cookies=c -i,--input-file,-T,--torrent-file,--conf-path,
  --load-cookies=r --header,-x,-s,-k,-j,-U=-
yt-dlp youtube-dl : -* | --exec,--netrc-cmd=s -o,--output,-P,--paths,--cache-dir,--download-archive=p --cookies,
  --config-location,--config-locations,-a,--batch-file,--ffmpeg-location=r -f,--format,-S=-
gnuplot : r* | -e=E
octave octave-cli maxima scilab : r* | --eval,--batch-string=E -p,--path=r
guile racket chicken csi mit-scheme clojure clj sbcl : r* | -c,-e,--eval,--load-expr=E -l,--load,-s,-L=r
elixir iex erl escript : r* | -e,--eval,-eval=E -r,-pa,-pz,-config,-S=r -s,-sname,-name,-setcookie=-
groovy scala kotlin kotlinc jshell amm : r ?* | -e,-execute=E -cp,-classpath,--class-path,-classpath=r -d=c
ghc runghc runhaskell ghci ocaml : r* | -e=E -o,-odir,-hidir,-outputdir=c -i,-I=r
swift : ?* | -e=E --package-path=r
julia : r | -e,-E,--eval,--print=E -L,--load,--project,-J,--sysimage=r -t,-p,--threads=-
nix nix-build nix-shell nix-env nix-instantiate : p* | --run,--command=s --expr,-E=E -f,--file,-I=r -p,--packages,
  -A,-j=-
  -o,--out-link=c
cargo-watch nodemon : ?* | --exec,-x,-s=s -w,--watch,--config,-C=r -e,--ext,-i,--ignore,-d,--delay=-
jest : ?* | -c,--config,--rootDir,--globalSetup,--setupFiles=r --outputFile,--coverageDirectory,--cacheDirectory=c
  -t,--testNamePattern,--testPathPattern,--reporters,--maxWorkers,-w=-
uvicorn gunicorn hypercorn daphne waitress-serve : p* | --app-dir,--chdir,-c,--config,--env-file,--log-config,
  --ssl-keyfile,--ssl-certfile,--keyfile,--certfile,--reload-dir=r --access-logfile,--error-logfile,--log-file,-p,
  --pid=c
  --uds,-b,--bind=u --root-path,--host,--port,-w,--workers,-k=-
flask : p* | --app,-A,-e,--env-file,--cert,--key=r --host,-h,--port,-p=-
mosquitto_pub mosquitto_sub nats kcat kafkacat rostopic rosservice rosnode rosparam ros2 zkCli zkCli.sh
  zookeepercli : -* | -f,--file,
  --cafile,--cert,--key=r -t,-m,-h,-p,-u,-P,-i,-q=-
xmlstarlet : r* | -v,-m,-c,-s,-u,-d,-N,-i,-e,-o,-a,-r,--value-of,--match,--copy-of=-
huggingface-cli hf : -* | --local-dir,--cache-dir=c --repo-type,--revision,--include,--exclude,--token=-
celery : p* | --workdir=r -A,--app,-Q,-n,-l,--loglevel,-c=- -f,--logfile,--pidfile,-s,--schedule=c
nginx : -* | -c,-p=r -e=c -s=- -g=p
sshpass : - | -f=r -p,-P=-
qemu-system-x86_64 qemu-system-aarch64 qemu-img : p* | -drive,-hda,-cdrom,-kernel,-initrd,-bios,-fsdev,-virtfs,
  -chardev,
  -monitor,-serial=p -m,-smp,-cpu,-append,-netdev,-device=-
sshfs : p* | -o=o -p=-
mlflow : p* | --backend-store-uri,--default-artifact-root,--artifacts-destination=p -p,-h=-
consul vault etcdctl nomad : -* | -config,-config-file,-config-dir,-ca-cert,-client-cert,-client-key,-ca-path=r
redis-server mongod postgres mysqld : p* | -D,--dir,--dbpath,--datadir,--logpath=c --config,-f=r --unixsocket=u
logrotate : r* | -s,--state,-l,--log=c -m,--mail=s
run-parts : x | -a,--arg,-u,--umask,--regex=-
start-stop-daemon daemonize : p* | -x,--exec,-a,--startas=x -p,--pidfile,-O,--output=c -d,--chdir,-r,--chroot=r -c,-u,
  --name,-n=-
protoc buf : r* | -I,--proto_path,--descriptor_set_in=r --plugin=x -o,--descriptor_set_out,--python_out,--cpp_out,
  --java_out=c
alembic : ?* | -c,--config=r -x,-m,--message,--rev-id=-
locust k6 : ?* | -f,--locustfile,--config=r --host,-H,-e,--env,-u,-r,-t=- --csv,--html,--logfile,--out=c
logger write wall mesg : -* | -f,--file=r -t,-p=-
ab wrk hey siege k6 : p* | -n,-c,-H,-t,-d,-m,-T=- -p=r -s=r
httpie http https xh : i* | -o,--output=c
ctags etags : r* | -f,-o=c -L=I --options,--exclude=r --languages,--fields,--kinds-c,--extras,--output-format=-
htpasswd htdigest : c -* | -C=-
gem : p* | -i,--install-dir,-n,--bindir=c -v,--version,-s,--source,-P=-
telnet ftp : -* | -p,-w,-s=-
"""
