import { FileRejectedError, HitparadeError } from '../errors.ts';

/** Another process publishes dates of this lake, and did not end while we waited. */
export class PublishingElsewhereError extends HitparadeError {
  readonly kind = 'temporary';

  constructor(holder: string) {
    super(`another process (${holder}) publishes dates of this lake.`, {
      hint: 'Run again when it has ended.',
    });
  }
}

/** This process gave no sign in time, so others may have gone on without it: it must not go on. */
export class LeaseLostError extends HitparadeError {
  readonly kind = 'temporary';

  constructor(what: string) {
    super(
      `this process lost its hold on ${what}: it stood still, or the tables or the lake did not answer.`,
      {
        hint: 'Nothing is lost or counted twice. Run again.',
      },
    );
  }
}

/** The lake that was watched is not where it was: unmounted, renamed or emptied. */
export class LakeGoneError extends HitparadeError {
  readonly kind = 'temporary';

  constructor(lake: string) {
    super(`the lake ${lake} is not there any more, or not with the log that it had.`, {
      hint: 'Mount it, or put it back; nothing is begun anew in its place.',
    });
  }
}

/** The work gave no sign of getting on for so long that it must be taken for hanging. */
export class WorkHangsError extends HitparadeError {
  readonly kind = 'temporary';

  constructor(what: string, seconds: number) {
    super(`the work on ${what} gave no sign for ${seconds} seconds and was given up.`, {
      hint: 'It is tried again by the next run. If it happens each time, look at the file and at the disk.',
    });
  }
}

/** The claim of a file is somebody else's: the orchestrator's retry is the remedy. */
export class LeaseHeldError extends HitparadeError {
  readonly kind = 'temporary';
}

/** The file is set aside unread, so that it cannot stop the others any more. */
export const poisoned = (attempts: number): FileRejectedError =>
  new FileRejectedError(
    'poisoned',
    `${attempts} runs began to read the file, and none of them came to an end with it: it may be what ended them.`,
    {
      hint:
        'Look at it with a small tool first, and see whether a run was short of memory (--memory-limit). ' +
        'To have it tried again, drop it again.',
    },
  );
