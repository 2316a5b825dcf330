import type { Transaction } from 'kysely';
import type { Tx } from '../../flow/ports.ts';
import type { Tables } from './tables.ts';

type Part = Pick<Tx, 'paused' | 'setPaused' | 'autoPaused' | 'setAutoPaused'>;
type Pause = Awaited<ReturnType<Tx['paused']>>;

export function settings(db: Transaction<Tables>): Part {
  async function read(key: string): Promise<Pause> {
    const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst();
    return (row?.value ?? null) as Pause;
  }

  async function write(key: string, pause: Pause): Promise<void> {
    const value = JSON.stringify(pause);
    await db
      .insertInto('setting')
      .values({ key, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
      .execute();
  }

  return {
    paused: () => read('paused'),
    setPaused: (pause) => write('paused', pause),
    autoPaused: () => read('auto-paused'),
    setAutoPaused: (pause) => write('auto-paused', pause),
  };
}
