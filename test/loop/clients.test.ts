import { clients } from './cases/clients.ts';
import { runLoop } from './closed-loop.ts';

runLoop(clients);
