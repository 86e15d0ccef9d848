"""Commands that stay inside the copy. `{copy}` stands for its path."""

from __future__ import annotations

CLEAN = r"""
node --test 2>&1 | head -20
FORCE_COLOR=1 node --test --test-reporter=spec 2>&1 | head -20
git diff main...HEAD --stat
git diff main...HEAD; ca mark-reviewed --critical 0 --warnings 1 --info 0
git log main..HEAD
git log main.. --oneline
git log ..HEAD
git log ..origin/main
git show HEAD:src/x
git show HEAD:./src/x
git add -A && git commit -q -m 'fix(text): collapse runs' && echo "[$(git branch --show-current) $(git rev-parse --short HEAD)]"
git commit -m "fix /api route"
git commit -m "/etc/passwd is not read any more" -m '../also'
git commit -am "/healthz"
git commit --message='/healthz now answers'
git log --grep='/api' --author=/x -S'/foo' --format='/%H'
git -C src status
git -C {copy} status
git -C src diff -- ../test
git -c core.pager=cat log
git config user.name 'A B'
git config alias.st '!git status'
git rev-parse --show-toplevel
cd "$(git rev-parse --show-toplevel)" && npm test
git stash push -m '/x'
git grep -n '/users/:id'
git tag -a v1 -m '/x'
printf '# L\n' >> .case/learnings.md
printf '# Learnings\n\n- collapse runs first\n' >> .case/learnings.md
ca status {copy}/.case/x.json agent implementer status running
ca session {copy} --task {copy}/.case/a.task.json | head -c 400; ca status {copy}/.case/t.json agent implementer started
node --test 2>&1 | ca mark-tested; cat .case/a-1/tested
cat .case/a-1/reviewed; gh pr create --title 'fix: collapse' --body 'Summary'
cd src && cat ../package.json
cd src; cd ..; ls
cd src/deep && cat ../../package.json
(cd src && cat ../package.json)
cd {copy} && npm test
cd {copy}/src && ls ..
cd -- src && pwd
cd ./src/../test && ls
cd src && npm test && cd - && ls
cd src || exit 1
cd . && ls
pushd src && ls && popd && ls
mkdir -p out && cd out && cmake ..
cat $PWD/x
cat "${PWD}/src/x.js"
cat ${PWD##*/}
cat $(pwd)/x
ls > /dev/null 2>&1
ls >/dev/null
ls &>/dev/null
ls 2>/dev/null || true
cat /dev/stdin
cat < /dev/null
tee /dev/stderr < a.txt
tee /dev/fd/3 3>&1
exec 3>&1 4>&-
echo x >&2
head -c 8 /dev/urandom | xxd
/usr/bin/env node x.js
/usr/bin/env FOO=1 bash -c 'ls src'
/bin/ls src
/usr/local/bin/node --version
command -v node
which node && type git
node_modules/.bin/eslint src
./node_modules/.bin/jest -t '/users'
sed 's/a/b/g' f
sed -n '/start/,/end/p' f
sed -i '' '/foo/d' f
sed -i.bak -e '/foo/d' -e 's/or /usr/' f
sed -E 's#^/api#/v2#' src/routes.js
awk '/foo/{print}' f
awk -F/ '{print $2}' f
awk -F / '$1 ~ /x/ { print "a/b" }' f
grep -rn '/healthz' src
grep -e '/healthz' -r src
grep -rnE "/(users|groups)/[0-9]+" --include='*.js' src
grep -A3 -m 1 '/x' f
grep -- '/x' f
rg "/users/:id"
rg -n --glob '!/dist' '/api' src
find . -name '*.js'
find . -path './node_modules' -prune -o -name '*.ts' -print
find src -type f -regex '/.*' -exec grep -l '/api' {} +
find . -name '*.js' -exec node --check {} \;
find . \( -name a -o -name b \) -print0 | xargs -0 wc -l
node -e "x.replace(/ /g, '-')"
node -e "import('./src/slugify.js').then(m=>console.log(m.slugify('  Rock & Roll!  ')))"
node -e "console.log('/api/users'.split('/'))"
node -e 'const p = require("path"); console.log(p.join("src", "x"), /\/etc/.test(s))'
node -e "app.get('/users/:id', h); fetch('http://localhost:3000/etc/x')"
node -p '1/2'
node --input-type=module -e "import fs from 'fs'; fs.readFileSync('./a/../b')"
node --test --test-name-pattern '/users'
python -c "print('a/b'.split('/'))"
python3 -c "import os; print(os.path.join('src', 'x'), 1/2)"
python3 -m pytest tests -k 'a or b'
perl -pe 's/a/b/' f
perl -ne 'print if m{/api/}' f
ruby -e 'puts "/api".sub("/", "")'
echo "see /etc/hosts"
echo /etc/hosts ~ ../.. $HOME
echo "$HOME/bin"
printf '%s\n' /etc/hosts
gh pr create --title t --body 'Adds /x and ../y, see /etc/hosts'
gh pr comment 1 --body "/lgtm"
gh api /repos/o/r/pulls --jq '.[].a/.b'
gh api repos/o/r/issues -f body='/x' -X POST
curl https://h/x/y
curl -s -m 2 -H 'Authorization: Bearer x' http://127.0.0.1:9/v1/models
curl -d '/x' -X POST localhost:3000/api
curl -s localhost:3000/a/../b
wget -q https://h/x/y -O out/y
tr / -
tr '/' '_' < a
cut -d/ -f1
cut -d / -f 1 a
sort -t/ -k2 a
sort -t / -k 2 a
paste -sd/ a
xargs -d / echo
IFS=/ read -r a b <<< "$x"
cat > src/a.js <<'EOF'
const fs = require('fs'); fs.readFileSync('/etc/passwd'); // ../../x
app.get('/api', h)
EOF
cat <<EOF > notes.md
see /etc/hosts, ../.. and ~
EOF
tee src/x.sh <<'E1' >/dev/null
#!/usr/bin/env bash
cat /etc/passwd
E1
git commit -F - <<'EOF'
/api: fix ../x
EOF
npx prettier --check .
npx jest -t '/users' src
npx vitest run /src/foo
npm run build -- --base /app/
npm test -- --grep '/api'
npm pkg set scripts.x='node /app'
ls src | xargs -I{} echo {}
ls | xargs grep -l '/api'
for f in src/*; do cat "$f"; done
for p in /api /users; do curl -s "http://localhost:3000$p"; done
for i in $(seq 1 3); do echo $i/3; done
for ((i=0; i<3; i++)); do echo $i; done
while read -r l; do echo "$l"; done < a.txt
jq '.a/.b' x.json
jq -r '.scripts["x/y"]' package.json
jq -r --arg p x '/foo/' package.json
ls *.js
ls -la ./src/*.{js,ts}
mkdir -p src/{a,b}/{c,d}
touch {1..5}.txt
echo $((a/b)) $(( (1+2) / 3 ))
((a / b > 1)) && ls
echo "$((10 / 2))"
echo $[1/2]
test -f x && cat x
[ -f x ] && cat x
[ "$x" = /foo ] && ls
[[ $x == /api/* ]] && ls
[[ $x =~ ^/(a|b)$ && -f y ]] || ls
[[ a < b ]] && ls
case "$x" in /*) echo abs;; ../*|~*) echo rel;; *) ls;; esac
if [ -d src ]; then cd src; ls ..; fi
ls # /etc/passwd ../..
# cat /etc/passwd
true && : /x
expr 4 / 2
basename /a/b
dirname /a/b
echo a | sed 's|/|-|'
diff <(sort a) <(sort b)
A=1 B=2 npm test
export NODE_ENV=test PATH=$PWD/node_modules/.bin:$PATH
PATH=/usr/local/bin:/usr/bin:$PATH node x
ROUTE_PREFIX=/api npm test
API_URL=/api npm test
API=http://127.0.0.1:3000/x node a.js
f() { cd src; ls ..; }; f
function g { echo /x; }; g
ln -s ../src/x lib/x
echo x | tee out.txt
rm -rf node_modules dist
cp src/a src/b
mv src/../a b
time npm test
timeout 60 npm test
sleep 1 && kill %1
date +%Y/%m/%d
npx tsc --noEmit -p tsconfig.json
eslint --rule 'no-x: 2' 'src/**/*.ts'
docker compose up -d
sh -c 'ls src | wc -l'
bash -c "cd src && ls .."
bash scripts/run.sh
bash -lc 'npm test'
eval "ls src"
trap 'rm -f out.txt' EXIT
ls ${x:-src} ${y%/*} ${z/\/a/b}
echo ${#x} ${x[@]}
a=(src test); ls "${a[@]}"
cat "$(dirname "$0")/x"
cat -- -x
echo 'it'"'"'s /x'
echo a\ b/c
cat a'/etc/passwd'
cat 'src/~x' HEAD~1 file~
cat $'a\tb'
cat src/...
cat ..foo foo.. .../x
kill -9 $!
! grep -q '/x' a
coproc ls
echo `ls src`
git log --oneline | awk '{print $1 "/" $2}'
printf '/x' | grep x
npm view x@^1.0.0/y
python - <<'EOF'
for route in ['/api', '/users/<id>']:
    print(route.split('/'))
EOF
node <<'EOF'
require('./src/x.js')
app.use('/static', s)
EOF
bash <<'EOF'
cd src
cat ../package.json
EOF
python script.py <<'EOF'
open('/etc/passwd')
EOF
{ cd src; cat ../a; }
{ echo a; echo b; } > out.txt
ls |
  wc -l
echo a &&
  ls
npm test > out.log 2>&1 &
wait
cat a 2>&1 1>out
env -C src cat ../package.json
env -u X A=1 node a.js
find . -type d -name .. -o -print
echo "a: $(cat package.json | jq '.version')"
curl -s localhost:3000/x | jq . | head
bash -c "test $(curl -s localhost:3000/health) = ok"
x=$(curl -s localhost:3000/x); echo "$x" | grep -q ok
echo L2V0Yy94 | base64 -d
base64 -d < a.txt | sh
cat src/x.sh | sh
bash -c "$(cat src/x.sh)"
eval "$(node src/env.js)"
echo 'cat /etc/x' > s.sh; cat s.sh; bash other.sh
echo 'sh s.sh' > s.sh; bash s.sh
echo 'cat ../a' > s.sh; cd src && bash ../s.sh
ca log "the /api route is fixed"
echo '/etc/*' "../*" src/*
grep -rn /api/* src
[[ $x == /etc/* && $y =~ ^/(srv|[[:alpha:]]+)$ ]] && ls
[[ $x =~ ^(/srv/a|/etc b)$ ]] || ls
if [[ ( -f a ) ]]; then cat a; fi
[[ -n $x ]] && echo yes
for ((i = 0; i < 3; i++)) do echo $i; done
for f do cat "$f"; done
printf -v p '%s/x' src; cat "$p"
awk '{print "| " $1 " / " $2}' notes.txt
awk 'BEGIN{print "| /api/users | list |"}'
awk '{print $1 | "sort -u"} END{printf "%d / %d\n", a, b}' notes.txt
awk '/error|"warn"/{print "a / b"}' log.txt
node -e "const re=/x/; console.log(re.exec('a /users b'))"
node -e "console.log('the file system / kernel')"
node -e "db.exec('CREATE TABLE t (a /* x */)')"
python3 -c 'import subprocess; subprocess.run(["npm", "test"]); print("passed / failed")'
MESSAGE="- Fix routes /home and /login" && git commit -m "$MESSAGE"
PYTEST_ADDOPTS="-k /home" npm test
rm -rf "${BUILD_DIR:?}/cache"
sh -n run.sh
openssl req -x509 -nodes -keyout key.pem -subj "/CN=localhost" -addext "subjectAltName=DNS:localhost"
timeout 10 bash -c '</dev/tcp/localhost/3000'
exec 3<>/dev/tcp/127.0.0.1/8080
cat > bin/cli.js <<'EOF' ; chmod +x bin/cli.js && ./bin/cli.js --help
#!/usr/bin/env node
// Parse arguments: 7 / 2
require('../src/cli');
EOF
cat > scripts/ci/test.sh <<'EOF' ; chmod +x scripts/ci/test.sh && ./scripts/ci/test.sh
#!/usr/bin/env bash
cd "$(dirname "$0")/../.."
npm test
EOF
cat > run.sh <<'EOF' ; bash -n run.sh
cat /tmp/x
EOF
cat > .env <<'EOF' ; set -a; source .env; npm test
API_PATH=/api/v1
EOF
perl -pi -e 'BEGIN{undef $/} s/from "\.\.\/x"/from "..\/y"/; s#"/home"#"/start"#g' test/a.js
perl -0777 -pi -e "s{import a from '../src/a'}{import a from '../src/b'}" test/a.test.js
ruby -i -pe "gsub(%r{'/home'}, %q('/start'))" config/routes.rb
for p in /home /media/x; do curl -s "localhost:3000$p"; done
docker run --rm -v "$PWD":/app -w /app node:20 sh -c 'cat /etc/os-release'
docker run --rm -it -v ./src:/home/node/src:ro -e HOME=/home/node --tmpfs /tmp image ls /etc ../x
docker run --mount type=bind,source="$PWD",target=/srv --entrypoint /bin/sh image -c 'ls /srv'
docker container run -itv $(pwd):/work image cat /work/x
docker build --build-arg APP=/usr/src/app -t x .
cat > compose.yml <<'EOF' ; docker compose run --rm web cat /app/x
    volumes:
      - .:/app
      - data:/srv/data
EOF
docker exec -w /app web cat /etc/hosts
docker compose exec -T web ls /var/log
docker-compose run --rm web cat /app/x
sudo podman exec -it c tail -n 5 /var/log/x.log
kubectl exec -n n pod/x -c main -- cat /etc/hosts
adb shell ls /system
lcov --remove cov.info '/usr/*' -o out.info
coverage report --omit='/usr/*'
tar czf a.tgz --exclude='/home/*' src
rsync -a --exclude '/tmp/*' src/ dst/
python3 -m pytest -k '/home' --deselect '/etc/x' tests
npx jest --testPathPattern=/home --coveragePathIgnorePatterns '/usr/'
rspec -e '/home/x' spec
sd -F '/usr/local' './x' src/a.js
comby '/home/x' './y' .js
ast-grep -p '/home/x' src
xmllint --xpath '/root/item' a.xml
xmlstarlet sel -t -v '/root/item' a.xml
zip -r a.zip src -x '/usr/*'
sqlite3 a.db "select * from t where p is not distinct from '/home/x'"
psql -c "select trim(leading '/' from '/home/x'), substring(p from '/home/(.*)')"
jq '.paths["/home/x"]' a.json
gcc -I/usr/include -isystem /usr/include/x -L/usr/local/lib a.c
LD_LIBRARY_PATH=/usr/local/lib:$LD_LIBRARY_PATH JAVA_HOME=/usr/lib/jvm/x mvn test
CC=/usr/bin/clang EDITOR=/bin/true make SHELL=/bin/bash
cmake -DCMAKE_C_COMPILER=/usr/bin/gcc -B build
export PATH=/usr/local/go/bin:$HOME/.cargo/bin:~/.local/bin:$PATH
[ -x /usr/bin/python3 ] || exit 1
$SHELL -c 'ls src' && exec "$SHELL" scripts/x.sh
API_PATH=/api/v1 BASE_URL=/home npm test
ROUTE_PREFIX=/home URL_PREFIX=/private npm test
npm run dev -- --base-href /home/ --route=/private
cd "$(git rev-parse --show-toplevel 2>/dev/null || pwd)" && ls src
"""


def commands() -> list[str]:
    """Return the commands of the table: one a line, here-documents and open constructs with their following lines."""
    found: list[str] = []
    delimiter = ""
    for line in CLEAN.strip("\n").split("\n"):
        if delimiter or (found and found[-1].endswith(("|", "&&"))):
            found[-1] += "\n" + line
            delimiter = "" if line == delimiter else delimiter
        else:
            found.append(line)
            if "<<" in line and "<<<" not in line:
                delimiter = line.split("<<")[1].split()[0].strip("'-")
    return [*found, "echo 'a\n/b\nc'", "cat a\r\nls src\r\n", ""]
