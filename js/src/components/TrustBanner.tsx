import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { TrustedFile } from '../protocol';
import { useChat, useTrans } from './context';
import { fileName } from './format';
import { PlaceLink } from './PlaceLink';
import { Prose } from './Prose';
import { onlyWatching } from './permission-words';
import { ShownText } from './ShownText';

/** Files of the project that ask for more than agents may do; until the person trusts them, they get nothing. */
export function TrustBanner() {
  const chat = useChat();
  const waiting = chat.trust.waiting.value.filter(file => !chat.dismissals.has(keyOf(file)));
  return (
    <>
      {waiting.map(file => (
        <UntrustedFile key={keyOf(file)} file={file} />
      ))}
    </>
  );
}

/** A version of a file: another one is asked about anew. */
function keyOf({ path, digest }: TrustedFile): string {
  return `trust:${path}:${digest}`;
}

/** What it asks for has to be seen before it can be trusted. */
function UntrustedFile({ file }: { file: TrustedFile }) {
  const chat = useChat();
  const trans = useTrans();
  const [open, setOpen] = useState(false);
  const list = useId();
  const box = useRef<HTMLDivElement>(null);
  const widens = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    if (!open) return;
    // not the button that comes in the place of "Review…": who holds Enter down has read nothing yet
    widens.current?.focus({ preventScroll: true });
    box.current?.scrollIntoView?.({ block: 'nearest' });
  }, [open]);
  const name = fileName(file.path);
  const { asking, problem } = chat.trust;
  return (
    <div
      class="dsp-banner dsp-trust"
      ref={box}
      role="group"
      aria-label={trans.__('Trust %1', name)}
      data-banner="trust"
    >
      <div>
        <p title={file.path}>
          <strong>{name}</strong>{' '}
          {trans._n(
            'of this project asks for more than agents may do (1 thing).',
            'of this project asks for more than agents may do (%1 things).',
            file.widens.length
          )}{' '}
          {trans.__('It has no effect until you trust it.')}
        </p>
        {open && <PlaceLink place={{ path: file.path, line: 1 }} withLine={false} />}
        {open && (
          <ul id={list} class="dsp-widens" ref={widens} tabIndex={-1} aria-label={trans.__('What it asks for')}>
            {file.widens.map(line => (
              <li key={line}>
                <ShownText text={line} />
              </li>
            ))}
          </ul>
        )}
        {problem.value && (
          <div class="dsp-ask-problem" role="alert">
            <Prose text={problem.value.message} />
            {problem.value.hint && <Prose text={problem.value.hint} />}
          </div>
        )}
        <div class="dsp-row">
          {open && !chat.mayApprove.value ? (
            <p class="dsp-small">{onlyWatching(trans)}</p>
          ) : open ? (
            <button
              key="trust"
              type="button"
              class="dsp-button"
              aria-disabled={asking.value}
              title={trans.__('Only this version; once it is changed, you are asked again')}
              onClick={() => void chat.trust.trust(file)}
            >
              {trans.__('Trust')}
            </button>
          ) : (
            <button key="review" type="button" class="dsp-button" aria-expanded={false} onClick={() => setOpen(true)}>
              {trans.__('Review…')}
            </button>
          )}
          <button type="button" class="dsp-button" onClick={() => chat.dismissals.add(keyOf(file))}>
            {trans.__('Not now')}
          </button>
        </div>
      </div>
    </div>
  );
}
