#include "ui/term.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termcap.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/utf8.h"
#include "ui/canvas.h"
#include "ui/input.h"

#define NS 1000000000u

/* What xterm and all that follow it take: buttons and drags (1002) as numbers
 * (1006), pastes with marks around them (2004). */
#define EXTRAS_ON "\033[?1002h\033[?1006h\033[?2004h"
#define EXTRAS_OFF "\033[?2004l\033[?1006l\033[?1002l"

struct term {
	SCREEN *screen;
	FILE *in, *out;
	int in_fd, out_fd;
	bool has_extras;
	bool is_ascii, is_console;
	enum style_theme theme;
	attr_t attributes[STYLES];
	short pairs[STYLES];
	struct canvas shown;		/* what curses was told */
	struct input input;
	bool is_gone;
};

/* What a signal handler and die() need to give the terminal back. */
static struct {
	volatile sig_atomic_t is_active;
	int fd;
	struct termios modes;
	char bytes[512];
	size_t len;
	size_t cursor;			/* where the bytes for the cursor begin */
} way_back;

/* What signal handlers tell the loop. */
static struct {
	int fd;				/* an eventfd, so that poll() returns */
	volatile sig_atomic_t resized, stopped, continued, quit;
} told = { .fd = -1 };

static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGXCPU, SIGXFSZ };
static const int quitting[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };

static struct sigaction before_fatal[ARRAY_LEN(fatal)];
static struct sigaction before_quitting[ARRAY_LEN(quitting)];
static struct sigaction before_winch, before_stop, before_continue;

uint64_t
term_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS + (uint64_t)ts.tv_nsec;
}

/* All that is safe in a signal handler, and enough. */
static void
give_back(void)
{
	const char *p = way_back.bytes;
	size_t left = way_back.len;
	ssize_t n;

	if (!way_back.is_active)
		return;
	way_back.is_active = 0;
	while (left && (n = write(way_back.fd, p, left)) > 0) {
		p += n;
		left -= (size_t)n;
	}
	tcsetattr(way_back.fd, TCSANOW, &way_back.modes);
}

static void
on_fatal(int sig)
{
	give_back();
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		if (fatal[i] == sig)
			sigaction(sig, &before_fatal[i], NULL);
	raise(sig);
}

static void
wake_loop(void)
{
	uint64_t one = 1;
	int saved = errno;

	if (write(told.fd, &one, sizeof(one)) < 0)
		errno = saved;		/* it is awake then */
	errno = saved;
}

static void
on_quit(int sig)
{
	if (told.quit) {		/* it did not help; this does */
		give_back();
		signal(sig, SIG_DFL);
		raise(sig);
		return;
	}
	told.quit = sig;
	wake_loop();
}

static void
on_change(int sig)
{
	if (sig == SIGWINCH)
		told.resized = 1;
	else if (sig == SIGTSTP)
		told.stopped = 1;
	else
		told.continued = 1;
	wake_loop();
}

static void
catch(int sig, void (*handler)(int), int flags, struct sigaction *before)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, before);
}

static void
catch_signals(void)
{
	told.quit = told.resized = told.stopped = told.continued = 0;
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		catch(fatal[i], on_fatal, SA_NODEFER, &before_fatal[i]);
	for (size_t i = 0; i < ARRAY_LEN(quitting); i++)
		catch(quitting[i], on_quit, SA_RESTART, &before_quitting[i]);
	catch(SIGWINCH, on_change, SA_RESTART, &before_winch);
	catch(SIGTSTP, on_change, SA_RESTART, &before_stop);
	catch(SIGCONT, on_change, SA_RESTART, &before_continue);
}

static void
release_signals(void)
{
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		sigaction(fatal[i], &before_fatal[i], NULL);
	for (size_t i = 0; i < ARRAY_LEN(quitting); i++)
		sigaction(quitting[i], &before_quitting[i], NULL);
	sigaction(SIGWINCH, &before_winch, NULL);
	sigaction(SIGTSTP, &before_stop, NULL);
	sigaction(SIGCONT, &before_continue, NULL);
}

/* Note S without the padding "$<5/>" that terminals of old need. */
static void
note_bytes(const char *s)
{
	while (*s && way_back.len + 1 < sizeof(way_back.bytes)) {
		const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;

		if (end) {
			s = end + 1;
			continue;
		}
		way_back.bytes[way_back.len++] = *s++;
	}
}

/* What the terminal's description calls NAME; NULL: it lacks that. */
static char *
capability(const char *name)
{
	char *s = tigetstr(name);

	return s == (char *)-1 ? NULL : s;
}

static void
prepare_way_back(const struct term *t)
{
	/* The cursor last: some terminals keep with their first screen whether it was
	 * shown there. */
	static const char *const steps[] = { "sgr0", "op", "rmcup", "cnorm" };

	way_back.len = 0;
	way_back.fd = t->out_fd;
	if (t->has_extras)
		note_bytes(EXTRAS_OFF);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		char *s = capability(steps[i]);

		way_back.cursor = way_back.len;
		if (s)
			note_bytes(s);
	}
	way_back.bytes[way_back.len] = '\0';
}

static void
send(const struct term *t, const char *bytes)
{
	size_t left = strlen(bytes);
	ssize_t n;

	fflush(t->out);
	while (left && (n = write(t->out_fd, bytes, left)) > 0) {
		bytes += n;
		left -= (size_t)n;
	}
}

static void
learn_keys(struct input *in)
{
	static const struct {
		const char *name;
		uint32_t code;
	} keys[] = {
		{ "kf1", K_F1 }, { "kf2", K_F2 }, { "kf3", K_F3 }, { "kf4", K_F4 },
		{ "kf5", K_F5 }, { "kf6", K_F6 }, { "kf7", K_F7 }, { "kf8", K_F8 },
		{ "kf9", K_F9 }, { "kf10", K_F10 }, { "kf11", K_F11 }, { "kf12", K_F12 },
		{ "kcuu1", K_UP }, { "kcud1", K_DOWN }, { "kcub1", K_LEFT },
		{ "kcuf1", K_RIGHT }, { "khome", K_HOME }, { "kend", K_END },
		{ "kpp", K_PAGE_UP }, { "knp", K_PAGE_DOWN }, { "kich1", K_INSERT },
		{ "kdch1", K_DELETE }, { "kcbt", K_BACKTAB }, { "kbs", K_BACKSPACE },
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *s = capability(keys[i].name);

		if (s)
			input_learn(in, s, keys[i].code);
	}
}

/* By option, then NO_COLOR, then what rxvt and Konsole say of their colours. */
static int
choose_theme(struct term *t, const char *name, struct err *err)
{
	const char *no_color = getenv("NO_COLOR"), *fgbg = getenv("COLORFGBG");

	t->theme = STYLE_DARK;
	if (name) {
		if (!style_theme_find(name, &t->theme))
			return err_set(err, -EINVAL, "theme `%s`: there are dark, light and mono",
				       name);
		return 0;
	}
	if (no_color && *no_color)
		t->theme = STYLE_MONO;
	else if (fgbg && (fgbg = strrchr(fgbg, ';')) &&
		 (!strcmp(fgbg, ";7") || !strcmp(fgbg, ";15")))
		t->theme = STYLE_LIGHT;
	return 0;
}

static void
set_colors(struct term *t)
{
	bool has_default, has_colors_here = has_colors();
	int n_colors;

	if (has_colors_here)
		start_color();
	n_colors = has_colors_here ? COLORS : 0;
	has_default = n_colors && use_default_colors() != ERR;
	for (unsigned i = 0; i < STYLES; i++) {
		struct style_look look = style_look((enum style)i, t->theme, n_colors);
		short fg = (short)look.fg, bg = (short)look.bg;

		t->attributes[i] = (look.attributes & STYLE_BOLD ? A_BOLD : 0) |
				   (look.attributes & STYLE_FAINT ? A_DIM : 0) |
				   (look.attributes & STYLE_UNDERLINE ? A_UNDERLINE : 0) |
				   (look.attributes & STYLE_REVERSE ? A_REVERSE : 0);
		t->pairs[i] = 0;
		if (fg < 0 && bg < 0)
			continue;
		if (!has_default) {
			fg = fg < 0 ? COLOR_WHITE : fg;
			bg = bg < 0 ? COLOR_BLACK : bg;
		}
		if (init_pair((short)(i + 1), fg, bg) != ERR)
			t->pairs[i] = (short)(i + 1);
	}
}

/* Where keys come from and pictures go. */
static int
open_files(struct term *t, struct err *err)
{
	int in = isatty(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
				      : open("/dev/tty", O_RDWR | O_CLOEXEC);
	int out = isatty(STDOUT_FILENO) ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3) : -1;

	if (in < 0 || out < 0) {
		if (in >= 0)
			close(in);
		if (out >= 0)
			close(out);
		return err_set(err, -ENOTTY, "standard output is no terminal; `sysreel print` and"
			       " `sysreel view` need none");
	}
	t->in_fd = in;
	t->out_fd = out;
	t->in = fdopen(in, "r");
	t->out = fdopen(out, "w");
	if (!t->in || !t->out)
		return err_set(err, -errno, "the terminal: %s", strerror(errno));
	return 0;
}

static int
start_curses(struct term *t, struct err *err)
{
	const char *name = getenv("TERM");
	struct termios modes;

	if (tcgetattr(t->out_fd, &modes) < 0)
		return err_set(err, -errno, "the terminal: %s", strerror(errno));
	/* Asked first: newterm() loses memory when it does not know the type. */
	if (name && *name && tgetent(NULL, name) == 1)
		t->screen = newterm(NULL, t->out, t->in);
	if (!t->screen)
		return err_set(err, -ENOENT, "the terminal type `%s` is not known here; "
			       "try TERM=xterm or TERM=vt100", name ? name : "");
	if (!capability("cup") || !capability("clear")) {
		endwin();
		return err_set(err, -ENOTSUP, "a terminal of type `%s` cannot move its cursor; "
			       "try TERM=xterm, or `sysreel view`", name ? name : "");
	}
	t->is_console = !strncmp(name, "linux", 5);
	way_back.modes = modes;
	t->has_extras = capability("kmous") != NULL;
	return 0;
}

static void
enter(struct term *t)
{
	raw();
	noecho();
	nonl();
	way_back.is_active = 1;
	if (t->has_extras)
		send(t, EXTRAS_ON);
}

struct term *
term_open(const struct term_options *o, struct err *err)
{
	struct term *t = xzalloc(sizeof(*t));

	t->in_fd = t->out_fd = -1;
	setlocale(LC_CTYPE, "");
	t->is_ascii = o->is_ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	if (choose_theme(t, o->theme, err) < 0 || open_files(t, err) < 0 ||
	    start_curses(t, err) < 0) {
		term_close(t);
		return NULL;
	}
	if (told.fd < 0)
		told.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	prepare_way_back(t);
	learn_keys(&t->input);
	die_hook(give_back);
	catch_signals();
	enter(t);
	set_colors(t);
	leaveok(stdscr, FALSE);
	return t;
}

void
term_leave(struct term *t)
{
	if (!way_back.is_active)
		return;
	if (t->has_extras)
		send(t, EXTRAS_OFF);
	curs_set(1);
	endwin();
	send(t, way_back.bytes + way_back.cursor);
	way_back.is_active = 0;
	tcsetattr(t->out_fd, TCSADRAIN, &way_back.modes);
}

void
term_forget(struct term *t)
{
	canvas_fini(&t->shown);
	clearok(curscr, TRUE);
}

static void
adopt_size(struct term *t)
{
	struct winsize size;

	if (ioctl(t->out_fd, TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col)
		return;
	if (size.ws_row != LINES || size.ws_col != COLS)
		resizeterm(size.ws_row, size.ws_col);
	/* What a terminal makes of its text then is not known. */
	term_forget(t);
}

void
term_return(struct term *t)
{
	tcgetattr(t->out_fd, &way_back.modes);
	enter(t);
	adopt_size(t);
}

int
term_fd(const struct term *t)
{
	return t->out_fd;
}

bool
term_is_ending(const struct term *t)
{
	return told.quit || t->is_gone;
}

bool
term_wait_for(struct term *t, int fd)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = told.fd, .events = POLLIN },
	};
	uint64_t ticks;

	while (!term_is_ending(t)) {
		int n = poll(fds, ARRAY_LEN(fds), -1);

		if (n < 0 && errno != EINTR)
			return false;
		/* A signal; what it says is in TOLD. */
		if (n > 0 && fds[1].revents && read(told.fd, &ticks, sizeof(ticks)) < 0)
			continue;
		if (n > 0 && fds[0].revents)
			return !term_is_ending(t);
	}
	return false;
}

void
term_await_key(struct term *t, const char *words)
{
	struct termios modes, key;
	char bytes[64];

	if (tcgetattr(t->in_fd, &modes) < 0)
		return;
	key = modes;
	key.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
	/* What was typed while the command ran was not for us. */
	tcsetattr(t->in_fd, TCSAFLUSH, &key);
	send(t, words);
	if (term_wait_for(t, t->in_fd) && read(t->in_fd, bytes, sizeof(bytes)) <= 0)
		t->is_gone = true;
	tcsetattr(t->in_fd, TCSADRAIN, &modes);
}

void
term_close(struct term *t)
{
	if (!t)
		return;
	if (t->screen) {
		term_leave(t);
		release_signals();
		die_hook(NULL);
		delscreen(t->screen);
	}
	canvas_fini(&t->shown);
	if (t->in)
		fclose(t->in);
	else if (t->in_fd >= 0)
		close(t->in_fd);
	if (t->out)
		fclose(t->out);
	else if (t->out_fd >= 0)
		close(t->out_fd);
	free(t);
}

void
term_die_of_signal(void)
{
	int sig = told.quit;

	if (!sig)
		return;
	signal(sig, SIG_DFL);
	raise(sig);
}

void
term_fit(const struct term *t, struct canvas *c)
{
	canvas_resize(c, (unsigned)LINES, (unsigned)COLS);
	c->is_ascii = t->is_ascii;
	c->is_console = t->is_console;
}

enum style_theme
term_theme(const struct term *t)
{
	return t->theme;
}

/* Can the terminal's library draw C as wide as we think that it is? */
static bool
is_agreed(uint32_t c)
{
	return c < 0x7F || wcwidth((wchar_t)c) == (int)utf8_columns(c);
}

static void
draw_cell(const struct term *t, unsigned row, unsigned col, const struct canvas_cell *cell)
{
	wchar_t chars[1 + CANVAS_MARKS + 1] = { (wchar_t)cell->c };
	unsigned n = 1;
	bool is_wide = utf8_columns(cell->c) == 2;
	cchar_t c;

	for (unsigned m = 0; m < CANVAS_MARKS && cell->marks[m]; m++)
		if (wcwidth((wchar_t)cell->marks[m]) == 0)
			chars[n++] = (wchar_t)cell->marks[m];
	if (!is_agreed(cell->c)) {
		chars[0] = L'?';
		chars[1] = 0;
	}
	setcchar(&c, chars, t->attributes[cell->style], t->pairs[cell->style], NULL);
	mvadd_wch((int)row, (int)col, &c);
	if (is_wide && chars[0] == L'?')
		mvadd_wch((int)row, (int)col + 1, &c);
}

void
term_draw(struct term *t, const struct canvas *c)
{
	size_t row_len = c->n_cols * sizeof(*c->cells);

	if (t->shown.n_rows != c->n_rows || t->shown.n_cols != c->n_cols) {
		canvas_resize(&t->shown, c->n_rows, c->n_cols);
		memset(t->shown.cells, 0xFF, c->n_rows * row_len);
	}
	for (unsigned row = 0; row < c->n_rows; row++) {
		const struct canvas_cell *now = c->cells + (size_t)row * c->n_cols;
		struct canvas_cell *shown = t->shown.cells + (size_t)row * c->n_cols;

		if (!memcmp(now, shown, row_len))
			continue;
		for (unsigned col = 0; col < c->n_cols; col++)
			if (now[col].c)
				draw_cell(t, row, col, &now[col]);
		memcpy(shown, now, row_len);
	}
	if (c->has_cursor)
		move((int)c->cursor_row, (int)c->cursor_col);
	/* Afterwards: some terminals keep what the cursor was when their other screen
	 * was entered, which refresh() may do. */
	refresh();
	curs_set(c->has_cursor);
}

void
term_suspend(struct term *t)
{
	struct sigaction ours, normal = { .sa_handler = SIG_DFL };

	term_leave(t);
	sigemptyset(&normal.sa_mask);
	sigaction(SIGTSTP, &normal, &ours);
	kill(0, SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
	told.continued = 0;
	term_return(t);
}

/* What signals told, if they did. */
static bool
take_told(struct term *t, enum term_event *e)
{
	if (told.quit || t->is_gone) {
		*e = TERM_QUIT;
		return true;
	}
	if (told.stopped) {
		told.stopped = 0;
		term_suspend(t);
		*e = TERM_RESIZED;
		return true;
	}
	if (told.continued) {		/* after a SIGSTOP nobody gave the terminal back */
		told.continued = 0;
		told.resized = 0;
		enter(t);
		adopt_size(t);
		*e = TERM_RESIZED;
		return true;
	}
	if (told.resized) {
		told.resized = 0;
		adopt_size(t);
		*e = TERM_RESIZED;
		return true;
	}
	return false;
}

static void
read_keys(struct term *t, short revents)
{
	char bytes[INPUT_MAX / 2];
	ssize_t n;

	if (!revents)
		return;
	n = read(t->in_fd, bytes, sizeof(bytes));
	if (n > 0)
		input_bytes(&t->input, bytes, (size_t)n, term_now_ns());
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		t->is_gone = true;
}

/* Sleep until something happens or UNTIL_NS. Can WAKE_FD be read? */
static bool
wait_for_any(struct term *t, int wake_fd, uint64_t until_ns)
{
	struct pollfd fds[] = {
		{ .fd = t->in_fd, .events = POLLIN },
		{ .fd = told.fd, .events = POLLIN },
		{ .fd = wake_fd, .events = POLLIN },
	};
	uint64_t now = term_now_ns(), left = until_ns > now ? until_ns - now : 0, ticks;
	struct timespec ts = { (time_t)(left / NS), (long)(left % NS) };

	if (ppoll(fds, ARRAY_LEN(fds), until_ns == UINT64_MAX ? NULL : &ts, NULL) <= 0)
		return false;
	if (fds[1].revents && read(told.fd, &ticks, sizeof(ticks)) < 0)
		return false;
	read_keys(t, fds[0].revents);
	return fds[2].revents != 0;
}

enum term_event
term_wait(struct term *t, int wake_fd, uint64_t deadline_ns, struct key *k)
{
	/* Whoever is always late, because it has much to do, still gets keys. */
	for (bool has_looked = false;; has_looked = true) {
		enum term_event e;
		uint64_t until;

		if (take_told(t, &e))
			return e;
		if (input_next(&t->input, term_now_ns(), k))
			return TERM_KEY;
		if (has_looked && term_now_ns() >= deadline_ns)
			return TERM_TIME;
		until = input_deadline(&t->input) < deadline_ns ? input_deadline(&t->input)
								: deadline_ns;
		if (wait_for_any(t, wake_fd, until))
			return TERM_WOKEN;
	}
}
