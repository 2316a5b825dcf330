import { COMPARED } from '../domain/config-drift.ts';
import { besideHost } from '../domain/host-probe.ts';
import { defineConfigProbe, defineProbe } from '../domain/probe.ts';

const parameters = defineConfigProbe(Object.fromEntries(COMPARED.map((name) => [name, 'text?' as const])));

/** What the server runs with, to be compared with its configuration file: parameter -> value. */
export default besideHost(
  defineProbe({
    ...parameters,
    asks: 'server',
    fields: {},
    read(replies, server) {
      const values: Record<string, string | undefined> = parameters.read(replies, server);
      return new Map(
        COMPARED.flatMap((name): [string, string][] => {
          const value = values[name.replaceAll('-', '_')];
          return value === undefined ? [] : [[name, value]];
        }),
      );
    },
  }),
);
