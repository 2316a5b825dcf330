import type { Delivery, Parcel } from './delivery.ts';
import type { Channel, Person } from './model.ts';
import type { State } from './state.ts';
import type { ResponseUrls, Triggers } from './tickets.ts';

/** What every gesture of a person needs. */
export interface Desk {
  state: State;
  triggers: Triggers;
  responseUrls: ResponseUrls;
  /** To the app, over HTTP or Socket Mode. */
  send(parcel: Parcel): Promise<Delivery>;
}

export function personAt({ state }: Desk, id: string): Person {
  const person = state.directory.users.find((one) => one.id === id || one.name === id);
  if (!person) throw new Error(`there is no person ${id} in this workspace`);
  return person;
}

export function channelAt({ state }: Desk, id: string): Channel {
  const channel = state.channels.get(id) ?? [...state.channels.values()].find((one) => one.name === id);
  if (!channel) throw new Error(`there is no channel ${id} in this workspace`);
  return channel;
}
