import type { Translation } from '../../host';
import type { Budget, KeyState } from '../../protocol';
import { useTrans } from '../context';
import { count, exactDollars, isFar, left, moment } from '../format';
import { Prose } from '../Prose';
import { useVisibleInterval } from '../shell/clock';
import { KeyBadge } from './KeyBadge';
import { Fact } from './Loaded';

const TICK_MS = 1_000;

/** One key: how it stands, what it may use up and has, and when it comes back. Never what it is. */
export function KeyCard({ state }: { state: KeyState }) {
  const trans = useTrans();
  const { id, label, source, position, api_base: base } = state;
  return (
    <li class="dsp-card dsp-key-card" data-key={id} data-status={state.status}>
      <div class="dsp-card-head">
        <span class="dsp-place-number" title={trans.__('Place in the fallback order')}>
          {position}
        </span>
        <strong>{id}</strong>
        <KeyBadge state={state} />
      </div>
      {state.reason && (
        <p class="dsp-small">
          <Prose text={state.reason} />
        </p>
      )}
      {state.until && <Back until={state.until} guessed={state.guessed} />}
      <Spent state={state} />
      <dl class="dsp-facts">
        <Fact name={trans.__('Provider')}>{label}</Fact>
        <Fact name={trans.__('Secret')}>
          <code>{source}</code>
        </Fact>
        {base && (
          <Fact name={trans.__('Address')}>
            <code>{base}</code>
          </Fact>
        )}
        <Fact name={trans.__('Calls')}>{count(state.calls)}</Fact>
      </dl>
    </li>
  );
}

function Back({ until, guessed }: { until: string; guessed: boolean }) {
  const trans = useTrans();
  useVisibleInterval(TICK_MS);
  if (isFar(until))
    return (
      <p class="dsp-key-back" title={moment(until, 'zone')}>
        {trans.__('waiting, no reset known')}
      </p>
    );
  const ms = Date.parse(until) - Date.now();
  const words = guessed
    ? trans.__('waiting, tried again at %1', moment(until, 'zone'))
    : trans.__('waiting, expected at %1', moment(until, 'zone'));
  return (
    <p class="dsp-key-back">
      {words}{' '}
      <span class="dsp-quiet dsp-figure">
        {ms > 0 ? trans.__('(in %1)', left(ms)) : trans.__('(any moment)')}
        {guessed && <> · {trans.__('a guess: nobody said when')}</>}
      </span>
    </p>
  );
}

/** What is used, what calls under way have reserved, and what is left. */
function Spent({ state }: { state: KeyState }) {
  const trans = useTrans();
  const { budget } = state;
  if (!budget) {
    const tokens = state.used.input_tokens + state.used.output_tokens;
    const cost = state.used.cost_usd === null ? trans.__('price unknown') : exactDollars(state.used.cost_usd);
    return <p class="dsp-figures-line">{trans.__('No budget. So far %1 tokens, %2.', count(tokens), cost)}</p>;
  }
  const { used, reserved, limit, write } = amountsOf(state, budget);
  const rest = Math.max(0, limit - used - reserved);
  const words = trans.__(
    '%1 used, %2 reserved, %3 left of %4',
    write(used),
    write(reserved),
    write(rest),
    write(limit)
  );
  return (
    <>
      <div
        class="dsp-bar"
        role="meter"
        aria-label={trans.__('Budget of %1', state.id)}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={Math.min(used, limit)}
        aria-valuetext={words}
        title={words}
      >
        <span class="dsp-bar-used" style={{ width: share(used, limit) }} />
        <span class="dsp-bar-reserved" style={{ width: share(Math.min(reserved, limit - used), limit) }} />
      </div>
      <p class="dsp-figures-line" aria-hidden="true">
        <span class="dsp-figure-used">
          <b>{write(used)}</b> {trans.__('used')}
        </span>
        {reserved > 0 && (
          <span class="dsp-figure-reserved">
            <b>{write(reserved)}</b> {trans.__('reserved')}
          </span>
        )}
        <span>
          <b>{write(rest)}</b> {trans.__('left')}
        </span>
        <span class="dsp-quiet">
          {trans.__('of %1', write(limit))} {periodWords(budget, trans)}
        </span>
      </p>
      {state.resets_at && state.resets_at !== state.until && (
        <p class="dsp-quiet dsp-small">{trans.__('The budget resets at %1', moment(state.resets_at, 'zone'))}</p>
      )}
    </>
  );
}

/** In the unit of the budget. */
function amountsOf({ used, reserved_usd, reserved_tokens }: KeyState, budget: Budget) {
  if (budget.usd !== null)
    return { used: used.cost_usd ?? 0, reserved: reserved_usd, limit: budget.usd, write: exactDollars };
  return {
    used: used.input_tokens + used.output_tokens,
    reserved: reserved_tokens,
    limit: budget.tokens ?? 0,
    write: count
  };
}

function periodWords({ per }: Budget, trans: Translation): string {
  const words: Record<Budget['per'], string> = {
    total: trans.__('in total'),
    day: trans.__('a day'),
    month: trans.__('a month')
  };
  return words[per];
}

/** Of a bar, in per cent. */
function share(amount: number, whole: number): string {
  return `${whole > 0 ? Math.min(100, Math.max(0, (amount / whole) * 100)) : 0}%`;
}
