/** A service: its folder with `redis.conf` and what is noted of it, its control group, its program and account. */
interface Managed {
  folder: string;
  group: string;
  server: string;
  owner: string;
}

/** The few words of systemctl that are needed, for one service: its processes are in a group of their own. */
export function managerOf({ folder, group, server, owner }: Managed): string {
  return `#!/bin/sh
cd ${folder} || exit 1
pid=$(cat pid 2>/dev/null)
# Nobody may have taken notice of its death yet.
runs() { [ -n "$pid" ] && grep -qs '^State:[[:space:]]*[^XZ[:space:]]' "/proc/$pid/status"; }
case "$1" in
show) printf 'LoadState=loaded\\nSubState=running\\nType=simple\\nRestart=on-failure\\nTimeoutStopUSec=infinity\\n' ;;
stop)
  rm -f active
  runs && kill -TERM "$pid"
  left=400
  while runs && [ $left -gt 0 ]; do sleep 0.05; left=$((left - 1)); done
  rm -f pid
  ;;
start)
  [ -e fail ] && { rm fail; echo "Job for the service failed." >&2; exit 1; }
  touch active
  runs && exit 0
  rm -f pid
  mkdir -p ${group}
  sh -c 'echo $$ > ${group}/cgroup.procs; exec setpriv --reuid=${owner} --regid=${owner} --init-groups "$@"' sh ${server} ${folder}/redis.conf
  left=100
  while [ ! -s pid ] && [ $left -gt 0 ]; do sleep 0.05; left=$((left - 1)); done
  ;;
esac
exit 0
`;
}
