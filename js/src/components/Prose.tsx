import { moment } from './format';

/** As the server writes times. */
const TIMES = /(\d{4}-\d\d-\d\d \d\d:\d\d UTC)/;

/** Words of the server's: `code` in backticks, lines and "•" lists kept, its times by the clock here; nothing else. */
export function Prose({ text }: { text: string }) {
  return (
    <>
      {text.split('\n').map((line, place) => (
        <span key={place} class={`dsp-prose ${line.startsWith('•') ? 'dsp-prose-item' : ''}`}>
          {line.split('`').map((part, at) => (at % 2 ? <code key={at}>{part}</code> : timed(part)))}
        </span>
      ))}
    </>
  );
}

/** The page counts down by the clock here: what stands beside it must not go by another. */
function timed(text: string) {
  return text.split(TIMES).map((part, at) => (at % 2 ? <Time key={at} written={part} /> : part));
}

function Time({ written }: { written: string }) {
  const stamp = `${written.replace(' UTC', '').replace(' ', 'T')}:00Z`;
  return (
    <time dateTime={stamp} title={written}>
      {moment(stamp, 'zone')}
    </time>
  );
}
