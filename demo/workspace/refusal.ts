import type { Json } from './model.ts';

/** A Web API call answered with `{ok: false, error}`. */
export class ApiRefusal extends Error {
  readonly code: string;
  readonly more: Json;
  constructor(code: string, more: Json = {}) {
    super(code);
    this.code = code;
    this.more = more;
  }
}

/** The shape in which Slack names what is wrong with blocks. */
export function mistakes(code: string, messages: readonly string[]): ApiRefusal {
  return new ApiRefusal(code, { errors: messages, response_metadata: { messages } });
}
