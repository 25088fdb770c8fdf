import { useTrans } from './context';
import { Icon } from './Icon';

/** What a card is about, and the button that closes it. */
export function CardHead({ title, onClose }: { title: string; onClose: () => void }) {
  const trans = useTrans();
  return (
    <div class="dsp-card-head">
      <strong>{title}</strong>
      <button
        type="button"
        class="dsp-icon-button"
        title={trans.__('Close')}
        aria-label={trans.__('Close')}
        onClick={onClose}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
