import type { Sign } from './call-words';

/** The state as a sign, with its words for those who do not see it. */
export function Mark({ sign: [sign, words] }: { sign: Sign }) {
  return (
    <span class="dsp-mark" title={words}>
      <span aria-hidden="true">{sign}</span>
      <span class="dsp-hidden">{words}</span>
    </span>
  );
}
