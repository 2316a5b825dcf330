import { roles } from './cases/roles.ts';
import { runLoop } from './closed-loop.ts';

runLoop(roles);
