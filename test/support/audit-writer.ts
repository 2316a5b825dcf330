import { openStore } from '../../src/io/store/open-store.ts';
import { fact } from './rows.ts';

// Appends to the audit chain of a data folder until it is killed, and says which rows are committed.
const store = await openStore({ folder: process.argv[2] ?? '' });
for (;;) {
  const { seq } = await store.transaction((tx) => tx.audit(fact()));
  process.stdout.write(`${seq}\n`);
}
