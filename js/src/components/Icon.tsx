const PATHS = {
  send: 'M8 13.5V3M3.5 7.2 8 2.7l4.5 4.5',
  plus: 'M8 3v10M3 8h10',
  sessions: 'M3 4.5h10M3 8h10M3 11.5h6',
  close: 'm4 4 8 8M12 4l-8 8',
  down: 'M8 3v10M3.8 8.8 8 13l4.2-4.2',
  chevron: 'm6 4 4 4-4 4',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  open: 'M6.5 3h-4v10.5H13v-4M9.5 2.5h4v4M13 3 7.5 8.5'
} as const;

/** A line drawing in the colour of the text. Decoration: whoever uses it gives the words. */
export function Icon({ name }: { name: keyof typeof PATHS | 'stop' }) {
  return (
    <svg class="dsp-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {name === 'stop' ? (
        <rect x="4" y="4" width="8" height="8" rx="1" fill="currentColor" />
      ) : (
        <path d={PATHS[name]} />
      )}
    </svg>
  );
}
