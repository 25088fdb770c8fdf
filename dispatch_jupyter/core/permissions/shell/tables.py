"""What programs' arguments name, one a line: `names : operands | option=kind ...`, kinds as in `call.Spec`.

An indented line goes on where the one before it stopped.
"""

PROGRAMS = """
cat tac nl less more zcat bzcat xzcat zless bat batcat view od hexdump strings file stat wc md5sum sha1sum sha256sum
  sha512sum sum cksum b2sum rev readelf objdump nm ldd size pr fold expand unexpand fmt column colrm look tsort : r* |
  -n,-s,-w,-d,-A,-j,-N,-S,-t,-v,-h,-m,-l,-e,-c=f -f=f --format,--printf,--language,--theme,--style=- --files0-from=r
head tail : r* | -n,-c,--lines,--bytes,-s,--pid=-
xxd : r c | -l,-s,-c,-g,-n,-o=-
hd : r* | -n,-s=-
cut paste : r* | -d,-f,-c,-b,--delimiter,--fields,--output-delimiter=-
join comm : r* | -1,-2,-t,-o,-e,-j,-a,-v=-
sort : r* | -k,-t,-S,-T,--key,--field-separator,--parallel,--buffer-size=- -o,--output=c --files0-from=r -T,
  --temporary-directory=r --compress-program=-
uniq : r c | -f,-s,-w=-
shuf : r* | -n,-i,-r=- -e=f -o=c --random-source=r
tr seq yes factor expr date sleep uname whoami id hostname tty nproc uptime free arch groups users logname printenv
  locale tput clear reset stty nice true false cal bc dc ps pgrep pkill kill killall pidof top htop lscpu vmstat
  iostat lsblk lspci lsusb dmesg who w last finger ping traceroute dig nslookup host whois ifconfig ip ss netstat
  systemctl service journalctl crontab at nohup numfmt getconf getent which whereis type apropos man info tmux screen
  xdotool notify-send : -* | -f,-r,--file,--reference=r
which type whereis : -*
date : -* | -d,--date,-s,--set,-I=- -f,--file,-r,--reference=r
bc dc : r* | -e=-
top : -* | -n,-b,-d,-p,-u,-o=-
crontab : r | -u=-
ls dir vdir exa eza tree du df lsof fuser : r* | -I,--ignore,--hide,--format,--sort,--time,--time-style,--color,-w,-T,
  --block-size,-B,--max-depth,-d,-L,-P,--exclude,-p,-i,-u,-c,-s,--threshold,--output,--filelimit,--level,-t=- -d=f
  -t=f -u=f -c=f -i=f -s=f -p=f
tree : r* | -L,-P,-I,--filelimit,--charset,-H,-T,--timefmt,--sort=- -o=c -d=f -a=f
du : r* | -d,--max-depth,-B,--block-size,-t,--exclude,--threshold,--time-style=- -X,--exclude-from,--files0-from=r
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
  --field-match-separator,-G,--ignore-dir,--ignore=- --ignore-file,-p=r --pre=x
fd fdfind : - r* | -e,--extension,-t,--type,-d,--max-depth,--min-depth,-E,--exclude,-g,-S,--size,--changed-within,
  --changed-before,-o,--owner,-j,-c,--color=- --search-path=r --base-directory,-C=d
fzf : -* | -q,--query,-f,--filter,--preview,--bind,-d=-
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
split csplit : r c | -b,-l,-n,-a,-C,--lines,--bytes,--number,--filter,--additional-suffix,-t,-k,-f=- -d=f
tee sponge : c* |
gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lz4 compress uncompress pigz : w* | -S,-T,-b,-p=- -o=c -D=r
zip : c r* | -x,-i,-n,-P,-s,-t,-tt=- -b=r
unzip : r -* | -d=c -x,-P=- -p=f
7z 7za 7zr : - c r* |
ar : - c r*
cpio : p* | -F,-I=r -O=c -D=d
nano vim vi nvim emacs ed code subl gedit : w* | -c,+=- -u,-S=r
open xdg-open : r* | -a=-
npm pnpm yarn bun npx pnpx bunx corepack : p* | --prefix,-C,--dir,--cwd=d --cache=c --userconfig,--globalconfig,
  --workspace-root=r -w,--workspace,--registry,--filter,--loglevel,--tag,--omit,-p,--package=- --pack-destination=c
node-gyp : ?* | -C,--directory=d
cargo : ?* | --manifest-path,--config=r --target-dir,--out-dir,--root=c --path=r --features,-F,-p,--package,--bin,
  --example,--test,--bench,-j,--jobs,--target,--profile,--message-format,--color,--exclude,--version,--git,--branch,
  --tag,--rev,-Z=- -C=d
rustc : r* | -o,--out-dir=c -L=r --crate-name,--crate-type,--edition,--emit,--print,--target,-C,-l,--cfg=-
go : ?* | -C=d -o,-out,-coverprofile,-cpuprofile,-memprofile,-outputdir=c -run,-bench,-count,-timeout,-tags,-ldflags,
  -gcflags,-benchtime,-covermode,-parallel,-p,-f=- -modfile,-overlay=r
gcc g++ cc c++ clang clang++ gfortran ld as nvcc tcc : r* | -o,-MF,-MT=c -I,-L,-isystem,-include,-iquote,-idirafter,
  --sysroot,-isysroot,-T,-B=r -D,-U,-l,-x,-std,-O,-W,-f,-m,-g,-arch,-target,-Wl,-u,-z,-soname,-rpath=-
cmake : r | -S=r -B=c -G,-T,-A,-j,--parallel,--config,--target,-t,-E=- -D=? -C,-P=r --build,--install,--open=w
  --prefix,--install-prefix=c --toolchain,--preset=r
ctest : p* | --test-dir=r -R,-E,-L,-j,-C=- -O=c
ninja samu : -* | -C=d -f=r -j,-k,-l,-t,-d=-
meson : ?* | -C=d --prefix=r --buildtype=-
bazel buck : p* | --output_base,--output_user_root=c
pip pip3 uv pipx poetry pdm conda mamba micromamba : p* | -r,--requirement,-c,--constraint=r -e,--editable=r -t,
  --target,--root,--prefix,-d,--dest,--download,--cache-dir,--log,--report,-w,--wheel-dir,--src=c --find-links,-f=r
  --directory,--project=d -i,--index-url,--extra-index-url,--trusted-host,-n,--name,--python,-p,--python-version,
  --platform,--only-binary,--no-binary,--proxy,--timeout=- --file=r --config-file,--config-settings=r
pytest py.test nosetests tox nox : r* | -k,-m,-n,-p,-W,--tb,--maxfail,--durations,--deselect,-o,--timeout,
  --cov-report,--color,--log-cli-level,--log-level,-e,-s,--session,--reruns,--dist,--numprocesses,--capture,-r,
  --markers,--import-mode,--hypothesis-seed,--hypothesis-profile=- --rootdir,--confcutdir,-c,--config-file,--ignore,
  --ignore-glob,--cov,--cov-config=r --basetemp,--junitxml,--junit-xml,--html,--log-file,--resultlog,--cov-report=c
  -s=f --durations=-
coverage : ?* | --rcfile,--include,--omit,--source,--data-file=r -d,--directory,-o=c -m,--module=-
black isort autopep8 yapf : w* | -l,--line-length,-t,--target-version,--include,--exclude,--extend-exclude,--profile,
  -k=- --config,--settings-path,--sp=r
ruff : ?* | --select,--ignore,--extend-select,--line-length,--output-format,--target-version,--exclude=- --config=r
  --cache-dir,-o,--output-file=c
flake8 pylint pyright basedpyright bandit pydocstyle pycodestyle vulture mypy pyflakes ty : r* | --config-file,
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
mount : r r | -t,-o,-L,-U=-
umount : r* | -t,-O=-
losetup mkfs fdisk parted blkid swapon swapoff fsck e2fsck tune2fs hdparm smartctl wipefs sfdisk cfdisk : w*
insmod modprobe rmmod : ?*
gpg gpg2 : ?* | -o,--output=c --homedir,--keyring=r -r,--recipient,-u,--local-user,--keyserver,--passphrase=-
  --passphrase-file=r
openssl : p* | -in,-inkey,-CAfile,-CApath,-cert,-key,-config,-signkey,-certfile,-extfile,-CA,-CAkey,-rand=r -out,
  -keyout,-writerand=c -passin,-passout,-pass=- -subj,-days,-newkey,-connect,-servername,-addext,-reqexts,-extensions,
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
ffmpeg : c* | -i=r -vf,-af,-filter_complex,-c,-c:v,-c:a,-b:v,-b:a,-r,-s,-ss,-t,-to,-f,-map,-crf,-preset,-pix_fmt,
  -vcodec,-acodec,-loglevel,-v,-vn,-an,-frames:v,-vframes,-ar,-ac,-metadata=-
ffprobe : r* | -v,-show_entries,-of,-print_format,-select_streams=-
convert magick identify mogrify montage : ?* | -resize,-crop,-quality,-geometry,-fill,-font,-pointsize,-annotate,
  -gravity,-density,-format=-
dot neato : r* | -T,-G,-N,-E,-K=- -o=c
latex pdflatex xelatex lualatex latexmk bibtex tex : r* | -output-directory,-outdir,-auxdir=c -interaction,-jobname=-
java : ?* | -cp,-classpath,--class-path,-jar,--module-path,-p=r -m=-
javac : r* | -d,-s,-h=c -cp,-classpath,--class-path,-sourcepath=r -source,-target,--release=-
jar : ?* | -C,--directory=r -f,--file=c
mvn mvnw : p* | -f,--file,-s,--settings,-gs=r -pl,--projects,-P,-T,-rf=- -D=-
gradle gradlew : p* | -p,--project-dir=d -b,--build-file,-c,--settings-file,-I,--init-script=r -g,--gradle-user-home=c
  --tests,-x=- -D,-P=-
dotnet : ?* | -o,--output,--results-directory=c -c,--configuration,-f,--framework,-r,--runtime,--filter,-v,--logger=-
mysql psql mariadb mongosh redis-cli mysqldump pg_dump pg_restore : p* | -h,-u,-U,-p,-P,-d,-e,-c,-D,--host,--user,
  --port,--password,--command,--execute,--dbname,-n,-a,-t=- -f,--file,--defaults-file,--defaults-extra-file=r -o,
  --output,-L,--log-file,--result-file,-r=c -t=f
kubectl helm oc : -* | -f,--filename,--kubeconfig,-k,--kustomize,--values,--from-file,--cert,--key,
  --certificate-authority=r -n,--namespace,-o,--output,-l,--selector,-c,--container,--context,--cluster,--template,-p,
  --patch,--set,--type,--field-selector,--sort-by,--tail,--since=- --cache-dir,--log-dir=c --post-renderer=x
terraform tofu : ?* | -chdir,--chdir=d -var-file,-backend-config,-state,-plugin-dir=r -out,-state-out,-backup=c -var,
  -target,-replace=-
aws gcloud az gsutil : ?* | --profile,--region,--query,--output,--filter,--bucket,--key,--prefix,--function-name,
  --project,--zone,--format,-o,-q=- --key-file=r
gh glab : -* | -F,--body-file,--notes-file,--input=r -b,--body,-t,--title,-R,--repo,-B,--base,-H,--head,-l,--label,-a,
  --assignee,-r,--reviewer,-q,--jq,--json,-f,--field,--raw-field,-X,--method,-L,--limit,-s,--state,--template,-m,
  --milestone,-n,--notes,-S,--search,--hostname,-p,--project=- -D,--dir=c
ansible-playbook ansible : r* | -i,--inventory,--vault-password-file,--private-key,--key-file=r -m,-a,-l,-t,--tags,
  --limit,-u,--user,-b=- -e,--extra-vars=?
shellcheck shfmt : r* | -s,--shell,-f,--format,-e,--exclude,-S,-o,-i,-ln=- -w=f
pre-commit : p* | --files=r -c,--config=r
hatch twine flit build maturin setuptools : ?* | -o,--outdir,--out=c -m,--manifest-path,--config-file=r -r,
  --repository,-u,-p=-
virtualenv venv : c* | -p,--python=- --prompt=-
dpkg : ?* | -i,--install=r -l,-L,-s,-S=-
apt apt-get brew yum dnf apk pacman zypper snap : ?* | -c=r -t,-o=- -y=f
logger write wall mesg : -* | -f,--file=r -t,-p=-
ab wrk hey siege k6 : p* | -n,-c,-H,-t,-d,-m,-T=- -p=r -s=r
httpie http https xh : -* | -o,--output=c
nc ncat netcat socat telnet ftp : -* | -p,-w,-s=-
"""
