import { besideHost } from '../domain/host-probe.ts';
import { defineConfigProbe } from '../domain/probe.ts';

/** What the server was started to ask of its host. None of it can be changed while it runs. */
export default besideHost(
  defineConfigProbe({
    'tcp-backlog': 'number?',
    'disable-thp': 'text?',
    'ignore-warnings': 'text?',
    supervised: 'text?',
    daemonize: 'text?',
    'repl-diskless-sync': 'text?',
  }),
);
