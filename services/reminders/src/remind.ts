import type { Handler, HandlerContext } from '@baton/messaging';
import type { BooksBorrowedV1, BooksBorrowedV2 } from '@baton/schemas';
import type { Effect } from '@baton/service-kit';

/** A reminder that is planned for a borrower. */
export interface Reminder {
  /** The mail address; null for a borrower who wants no mail. */
  readonly to: string | null;
  /** The day it goes out: two days before the books are due. */
  readonly on: string;
  readonly text: string;
}

/** Where the effects of handled events go. */
export interface Effects {
  append(effect: Effect, context: HandlerContext): Promise<void> | void;
}

export interface RemindersDeps {
  readonly effects: Effects;
  readonly plan: (reminder: Reminder) => void;
}

export interface ReminderHandlers {
  readonly remindFromV1: Handler<BooksBorrowedV1>;
  readonly remind: Handler<BooksBorrowedV2>;
}

/** What the reminders team does with borrowed books: plans a reminder, and notes the effect. */
export const createReminders = ({ effects, plan }: RemindersDeps): ReminderHandlers => ({
  remindFromV1: async (event, context) => {
    const { reason } = event.data.changeInfo;
    plan(reminderOf(event.data, `Recorded as: ${reason}.`));
    await effects.append({ id: event.id, key: event.key, version: context.responsible }, context);
  },
  remind: async (event, context) => {
    plan(reminderOf(event.data));
    await effects.append({ id: event.id, key: event.key, version: context.responsible }, context);
  },
});

const noticeDays = 2;

/** The reminder for a loan. */
export const reminderOf = (loan: BooksBorrowedV2, addition = ''): Reminder => {
  const on = new Date(`${loan.dueDate}T00:00:00Z`);
  on.setUTCDate(on.getUTCDate() - noticeDays);
  const titles = loan.books.map(({ title }) => title).join(', ');
  return {
    to: loan.borrower.email,
    on: on.toISOString().slice(0, 10),
    text: `Dear ${loan.borrower.name}, please return by ${loan.dueDate}: ${titles}. ${addition}`.trim(),
  };
};
