/** In order; one that has been released is never edited. SQL of PostgreSQL 15, as PGlite and Debian's server both run it. */
export const MIGRATIONS: readonly string[] = [
  `
  create table medic.incident (
    id text primary key,
    target text not null,
    channel text not null,
    state text not null check (state in ('open', 'resolved')),
    opened_by text not null,
    requested_by text,
    opened_at bigint not null,
    resolved_at bigint,
    resolution text,
    report json,
    trouble text
  );
  create unique index one_open_incident_per_target on medic.incident (target) where state = 'open';
  create index on medic.incident (opened_at);

  create table medic.signal (
    seq bigint generated always as identity,
    source text not null,
    fingerprint text not null,
    status text not null check (status in ('firing', 'resolved')),
    starts_at bigint not null,
    name text not null,
    summary text not null,
    labels json not null,
    target text,
    incident text,
    at bigint not null,
    primary key (source, fingerprint, status, starts_at)
  );
  create index on medic.signal (incident);

  create table medic.proposal (
    id text primary key,
    incident text not null references medic.incident,
    digest text not null,
    body json not null,
    proposed_at bigint not null,
    expires_at bigint not null,
    state text not null check (state in ('open', 'approved', 'denied', 'expired', 'superseded')),
    reason text,
    decided_at bigint
  );
  create index on medic.proposal (incident);
  create index on medic.proposal (expires_at) where state = 'open';

  create function medic.keep_proposal() returns trigger language plpgsql as $$
  begin
    if (new.id, new.incident, new.digest, new.body::text, new.proposed_at, new.expires_at)
      is distinct from (old.id, old.incident, old.digest, old.body::text, old.proposed_at, old.expires_at) then
      raise exception 'what was proposed in % cannot be changed', old.id;
    end if;
    if new.state = 'open' and old.state <> 'open' then
      raise exception 'the decision on % cannot be taken back', old.id;
    end if;
    return new;
  end $$;
  create trigger keep before update on medic.proposal for each row execute function medic.keep_proposal();

  create table medic.vote (
    proposal text not null references medic.proposal,
    by text not null,
    verdict text not null check (verdict in ('approve', 'deny')),
    reason text,
    at bigint not null,
    primary key (proposal, by)
  );

  create table medic.run (
    id text primary key,
    proposal text not null unique references medic.proposal,
    incident text not null references medic.incident,
    target text not null,
    "group" text not null,
    state text not null check
      (state in ('queued', 'running', 'verifying', 'finished', 'refused', 'failed', 'unknown', 'cancelled')),
    verdict text check (verdict in ('verified', 'not-verified', 'unknown')),
    fence bigint not null,
    lease_until bigint,
    queued_at bigint not null,
    start_before bigint not null,
    started_at bigint,
    ended_at bigint,
    note text,
    cancel_requested boolean not null
  );
  create unique index one_active_run_per_group on medic.run ("group") where state in ('queued', 'running', 'verifying');
  create index on medic.run (incident);
  create index on medic.run (queued_at);

  create table medic.run_step (
    run text not null references medic.run,
    seq integer not null,
    step integer not null,
    command json,
    label text not null,
    state text not null check (state in ('pending', 'started', 'done', 'failed', 'unknown', 'skipped')),
    reply text,
    started_at bigint,
    ended_at bigint,
    primary key (run, seq)
  );

  create table medic.audit_event (
    seq bigint primary key check (seq > 0),
    kind text not null,
    at bigint not null,
    actor text not null,
    target text,
    incident text,
    proposal text,
    run text,
    facts json not null,
    previous text not null unique,
    hash text not null
  );
  create index on medic.audit_event (incident, seq);

  create function medic.append_only() returns trigger language plpgsql as $$
  begin
    raise exception '% of % is refused: rows are only ever added', tg_op, tg_table_name;
  end $$;
  create trigger append_only before update or delete or truncate on medic.audit_event
    for each statement execute function medic.append_only();
  create trigger append_only before update or delete or truncate on medic.vote
    for each statement execute function medic.append_only();

  create table medic.setting (key text primary key, value json not null);

  create sequence medic.turn;
  create table medic.message (
    key text primary key,
    incident text not null,
    channel text not null,
    thread_key text,
    text text not null,
    blocks json not null,
    urgent boolean not null,
    content_hash text not null,
    turn bigint not null default nextval('medic.turn'),
    desired_rev integer not null,
    sent_rev integer not null,
    ts text,
    state text not null check (state in ('idle', 'sending', 'failed')),
    attempts integer not null,
    next_at bigint not null,
    attempted_at bigint
  );
  create index on medic.message (turn) where desired_rev > sent_rev or state = 'sending';
  `,
  `
  create table medic.sample (
    target text not null,
    node text not null,
    run_id text not null,
    at bigint not null,
    answers json not null,
    primary key (target, node)
  );

  create table medic.point (
    target text not null,
    node text not null,
    at bigint not null,
    run_id text not null,
    role text not null check (role in ('primary', 'replica')),
    repl_id text,
    shape integer not null,
    fields json not null,
    primary key (target, node, at)
  );
  create index on medic.point (at);

  create table medic.series_hour (
    target text not null,
    node text not null,
    hour bigint not null,
    points json not null,
    primary key (target, node, hour)
  );
  create index on medic.series_hour (hour);

  create table medic.standing (
    target text not null,
    rule text not null,
    node text not null,
    since bigint not null,
    seen_at bigint not null,
    gone_since bigint,
    raised bigint,
    returns integer not null,
    primary key (target, rule, node)
  );
  `,
  `
  create table medic.key_scan (
    incident text primary key references medic.incident,
    target text not null,
    requested_by text not null,
    state text not null check (state in ('running', 'ended')),
    started_at bigint not null,
    cancel_requested boolean not null,
    progress json not null,
    trouble text
  );
  create index on medic.key_scan (target, started_at);
  `,
  `
  alter table medic.run_step add column kind text not null default 'command'
    check (kind in ('command', 'wait', 'manual', 'notify', 'rescue'));
  update medic.run_step set kind = 'wait' where command is null or json_typeof(command) = 'null';
  alter table medic.run_step drop constraint run_step_state_check;
  alter table medic.run_step add constraint run_step_state_check
    check (state in ('pending', 'started', 'waiting', 'done', 'late', 'failed', 'unknown', 'skipped'));
  alter table medic.run add column effects json;
  `,
  `
  create table medic.automatic (
    proposal text primary key references medic.proposal,
    target text not null,
    playbook text not null,
    node text not null,
    state text not null check (state in ('announced', 'held', 'withdrawn', 'ran')),
    due_at bigint not null,
    ran_at bigint,
    because text
  );
  create index on medic.automatic (target, ran_at);
  create index on medic.automatic (due_at) where state = 'announced';
  `,
  `
  alter table medic.proposal add column turn bigint not null default nextval('medic.turn');
  `,
  `
  alter table medic.run alter column "group" drop not null;
  `,
  `
  alter table medic.run_step drop constraint run_step_kind_check;
  alter table medic.run_step add constraint run_step_kind_check
    check (kind in ('command', 'wait', 'manual', 'notify', 'rescue', 'reminder'));
  `,
];
