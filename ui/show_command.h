/*
 * show_command - the command lines that show a screen again, to read and to copy.
 */
#ifndef UI_SHOW_COMMAND_H
#define UI_SHOW_COMMAND_H

struct app;
struct reproduce;

/* What the screen shows, and so what else can show it. */
enum show_command { SHOW_TABLE, SHOW_EVENTS, SHOW_DATA, SHOW_SPECTROGRAM };

/* Show those of R, of which all that is the explorer's own is filled in here. The first one
 * is printed again when the explorer is left. */
void show_command(struct app *a, enum show_command what, const struct reproduce *r);

#endif
