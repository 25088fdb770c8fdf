import { useEffect, useState } from 'preact/hooks';
import { useTrans } from './context';
import { Icon } from './Icon';

/** Puts text on the clipboard, also on plain-http pages, where browsers offer no clipboard API. Rejects if it may not. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  const focused = document.activeElement;
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!copied) throw new Error('This page may not use the clipboard.');
}

const SHOWN_MS = 1_500;

interface CopyProps {
  readonly text: () => string;
  readonly label: string;
  /** Beside the sign, where one button of several copies this. */
  readonly words?: string;
}

/** A button that copies and says that it did. */
export function CopyButton({ text, label, words: name }: CopyProps) {
  const trans = useTrans();
  const [state, setState] = useState<'ready' | 'copied' | 'refused'>('ready');
  useEffect(() => {
    if (state === 'ready') return;
    const timer = setTimeout(() => setState('ready'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () =>
    copyText(text()).then(
      () => setState('copied'),
      () => setState('refused')
    );
  const words = { ready: label, copied: trans.__('Copied'), refused: trans.__('The browser refused') }[state];
  return (
    <button type="button" class="dsp-icon-button" title={words} aria-label={words} onClick={copy}>
      <Icon name={state === 'copied' ? 'check' : 'copy'} />
      {state === 'ready' && name && <span class="dsp-small">{name}</span>}
      {state !== 'ready' && (
        <span class="dsp-small" role="status">
          {words}
        </span>
      )}
    </button>
  );
}
