#include "tests/term/vt.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"
#include "ui/key.h"

struct vt {
	VTerm *terminal;
	VTermScreen *screen;
	unsigned n_rows, n_cols;
	int fd, slave;
	pid_t pid, shell;
	int news;			/* what the shell sees of the program */
	bool has_ended, is_stopped;
	int status;
	size_t n_bytes;
	struct termios before;
	bool has_cursor, has_mouse, is_alternate;
};

static long
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int
on_property(VTermProp prop, VTermValue *val, void *user)
{
	struct vt *v = user;

	if (prop == VTERM_PROP_CURSORVISIBLE)
		v->has_cursor = val->boolean;
	else if (prop == VTERM_PROP_MOUSE)
		v->has_mouse = val->number != VTERM_PROP_MOUSE_NONE;
	else if (prop == VTERM_PROP_ALTSCREEN)
		v->is_alternate = val->boolean;
	return 1;
}

static void
on_output(const char *s, size_t len, void *user)
{
	vt_send(user, s, len);
}

static void
run_program(const struct vt_start *s, int slave)
{
	dup2(s->in_fd ? s->in_fd : slave, 0);
	dup2(slave, 1);
	dup2(slave, 2);
	closefrom(3);
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	/* Nothing is kept, and nothing of who runs the tests is seen. */
	setenv("XDG_STATE_HOME", s->dir ? s->dir : "/dev/null", 1);
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	if (s->dir && chdir(s->dir) < 0)
		_exit(126);
	if (s->uid && (setgroups(0, NULL) < 0 || setgid(s->uid) < 0 || setuid(s->uid) < 0))
		_exit(126);
	unsetenv("NO_COLOR");
	unsetenv("COLORFGBG");
	for (const char *const *e = s->env; e && e[0]; e += 2) {
		if (e[1])
			setenv(e[0], e[1], 1);
		else
			unsetenv(e[0]);
	}
	/* Whoever runs the tests may have been started by nohup. */
	signal(SIGHUP, SIG_DFL);
	execv(s->argv[0], s->argv);
	_exit(127);
}

/* What a shell does with a program: it gives it the terminal and waits. Without
 * one in the same session the kernel lets nobody stop. Tells its pid first, then
 * each status. */
static void
be_shell(const struct vt_start *s, int slave, int news)
{
	int status;
	pid_t pid;

	setsid();
	ioctl(slave, TIOCSCTTY, 0);
	signal(SIGTTOU, SIG_IGN);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		tcsetpgrp(slave, getpid());
		signal(SIGTTOU, SIG_DFL);
		run_program(s, slave);
	}
	setpgid(pid, pid);
	tcsetpgrp(slave, pid);
	/* The ends of pipes that the test has are not ours. */
	dup2(slave, 0);
	dup2(news, 1);
	news = 1;
	closefrom(2);
	if (write(news, &pid, sizeof(pid)) < 0)
		_exit(1);
	while (waitpid(pid, &status, WUNTRACED | WCONTINUED) == pid) {
		if (write(news, &status, sizeof(status)) < 0)
			_exit(1);
		if (WIFEXITED(status) || WIFSIGNALED(status))
			break;
	}
	_exit(0);
}

/* An emulator of V's size, in the modes that V has. */
static void
make_terminal(struct vt *v)
{
	static const VTermScreenCallbacks callbacks = { .settermprop = on_property };
	bool is_alternate = v->is_alternate, has_mouse = v->has_mouse, has_cursor = v->has_cursor;

	/* libvterm does not survive wide characters in one column. */
	v->terminal = vterm_new((int)v->n_rows, v->n_cols > 2 ? (int)v->n_cols : 3);
	vterm_set_utf8(v->terminal, 1);
	vterm_output_set_callback(v->terminal, on_output, v);
	v->screen = vterm_obtain_screen(v->terminal);
	vterm_screen_set_callbacks(v->screen, &callbacks, v);
	vterm_screen_enable_altscreen(v->screen, 1);
	vterm_screen_reset(v->screen, 1);
	if (is_alternate)
		vterm_input_write(v->terminal, "\033[?1049h", 8);
	if (has_mouse)
		vterm_input_write(v->terminal, "\033[?1002h\033[?1006h", 16);
	if (!has_cursor)
		vterm_input_write(v->terminal, "\033[?25l", 6);
}

struct vt *
vt_start(const struct vt_start *s)
{
	struct winsize size = { .ws_row = (unsigned short)s->n_rows,
				.ws_col = (unsigned short)s->n_cols };
	struct vt *v = xzalloc(sizeof(*v));
	int news[2];

	if (openpty(&v->fd, &v->slave, NULL, NULL, &size) < 0) {
		free(v);
		return NULL;
	}
	fcntl(v->fd, F_SETFL, O_NONBLOCK);
	tcgetattr(v->slave, &v->before);
	v->n_rows = s->n_rows;
	v->n_cols = s->n_cols;
	v->has_cursor = true;
	make_terminal(v);
	if (pipe(news) < 0)
		abort();
	v->news = news[0];
	v->shell = fork();
	if (v->shell == 0) {
		close(v->fd);
		be_shell(s, v->slave, news[1]);
	}
	close(news[1]);
	if (read(v->news, &v->pid, sizeof(v->pid)) != sizeof(v->pid))
		abort();
	fcntl(v->news, F_SETFL, O_NONBLOCK);
	return v;
}

/* Note whether it has ended or stopped. */
static void
look_after(struct vt *v)
{
	int status;

	if (v->has_ended || read(v->news, &status, sizeof(status)) != sizeof(status))
		return;
	if (WIFSTOPPED(status) || WIFCONTINUED(status)) {
		v->is_stopped = WIFSTOPPED(status);
		return;
	}
	v->has_ended = true;
	v->status = status;
}

bool
vt_take(struct vt *v, int ms)
{
	struct pollfd p = { .fd = v->fd, .events = POLLIN };
	char bytes[8192];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return false;
	n = read(v->fd, bytes, sizeof(bytes));
	if (n <= 0)
		return false;
	v->n_bytes += (size_t)n;
	vterm_input_write(v->terminal, bytes, (size_t)n);
	vterm_screen_flush_damage(v->screen);
	return true;
}

void
vt_free(struct vt *v)
{
	if (!v)
		return;
	look_after(v);
	if (!v->has_ended)
		kill(v->pid, SIGKILL);
	waitpid(v->shell, NULL, 0);
	close(v->news);
	close(v->fd);
	close(v->slave);
	vterm_free(v->terminal);
	free(v);
}

void
vt_send(struct vt *v, const char *bytes, size_t len)
{
	long end = now_ms() + VT_WAIT_MS;

	while (len && now_ms() < end) {
		ssize_t n = write(v->fd, bytes, len);

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			vt_take(v, 10);
		} else {
			return;
		}
	}
}

static VTermKey
key_of(uint32_t code)
{
	static const struct {
		uint32_t code;
		VTermKey key;
	} keys[] = {
		{ K_ENTER, VTERM_KEY_ENTER }, { K_TAB, VTERM_KEY_TAB },
		{ K_BACKTAB, VTERM_KEY_TAB }, { K_BACKSPACE, VTERM_KEY_BACKSPACE },
		{ K_ESC, VTERM_KEY_ESCAPE }, { K_UP, VTERM_KEY_UP }, { K_DOWN, VTERM_KEY_DOWN },
		{ K_LEFT, VTERM_KEY_LEFT }, { K_RIGHT, VTERM_KEY_RIGHT },
		{ K_INSERT, VTERM_KEY_INS }, { K_DELETE, VTERM_KEY_DEL },
		{ K_HOME, VTERM_KEY_HOME }, { K_END, VTERM_KEY_END },
		{ K_PAGE_UP, VTERM_KEY_PAGEUP }, { K_PAGE_DOWN, VTERM_KEY_PAGEDOWN },
	};

	if (code >= K_F1 && code <= K_F12)
		return VTERM_KEY_FUNCTION((int)(code - K_F1 + 1));
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].code == code)
			return keys[i].key;
	return VTERM_KEY_NONE;
}

bool
vt_keys(struct vt *v, const char *names)
{
	struct key k;

	while (*(names += strspn(names, " "))) {
		VTermModifier modifiers;
		VTermKey key;

		names = key_parse(names, &k);
		if (!names)
			return false;
		key = key_of(k.code);
		modifiers = (VTermModifier)k.modifiers;
		if (k.code == K_BACKTAB)
			modifiers = VTERM_MOD_SHIFT;
		if (k.modifiers == K_CTRL && k.code >= 'A' && k.code <= 'Z') {
			char byte = (char)(k.code - 'A' + 1);

			vt_send(v, &byte, 1);
		} else if (key == VTERM_KEY_NONE) {
			vterm_keyboard_unichar(v->terminal, k.code, modifiers);
		} else {
			vterm_keyboard_key(v->terminal, key, modifiers);
		}
	}
	return true;
}

void
vt_press(struct vt *v, unsigned row, unsigned col, int button)
{
	vterm_mouse_move(v->terminal, (int)row, (int)col, VTERM_MOD_NONE);
	vterm_mouse_button(v->terminal, button, true, VTERM_MOD_NONE);
}

void
vt_release(struct vt *v, unsigned row, unsigned col, int button)
{
	vterm_mouse_move(v->terminal, (int)row, (int)col, VTERM_MOD_NONE);
	vterm_mouse_button(v->terminal, button, false, VTERM_MOD_NONE);
}

void
vt_click(struct vt *v, unsigned row, unsigned col)
{
	vt_press(v, row, col, 1);
	vt_release(v, row, col, 1);
}

void
vt_resize(struct vt *v, unsigned n_rows, unsigned n_cols)
{
	struct winsize size = { .ws_row = (unsigned short)n_rows,
				.ws_col = (unsigned short)n_cols };

	while (vt_take(v, 0))
		;
	v->n_rows = n_rows;
	v->n_cols = n_cols;
	/* A new one: libvterm's own way to another size is not safe for all sizes, and
	 * what is on the screen of a terminal afterwards is nothing to rely on. */
	vterm_free(v->terminal);
	make_terminal(v);
	ioctl(v->fd, TIOCSWINSZ, &size);
}

static void
append_row(struct vt *v, unsigned row, struct text *t)
{
	size_t start = t->len;

	for (unsigned col = 0; col < v->n_cols; col++) {
		VTermPos pos = { (int)row, (int)col };
		VTermScreenCell cell;

		vterm_screen_get_cell(v->screen, pos, &cell);
		if (!cell.chars[0])
			text_char(t, ' ');
		for (unsigned i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++) {
			text_room(t, UTF8_MAX);
			t->len += utf8_encode(cell.chars[i], t->p + t->len);
		}
		if (cell.width == 2)
			col++;
	}
	while (t->len > start && t->p[t->len - 1] == ' ')
		t->len--;
	text_char(t, '\n');
}

void
vt_screen(struct vt *v, struct text *t)
{
	for (unsigned row = 0; row < v->n_rows; row++)
		append_row(v, row, t);
}

bool
vt_find(struct vt *v, const char *what, unsigned *row, unsigned *col)
{
	for (unsigned r = 0; r < v->n_rows; r++) {
		struct text t = { 0 };
		const char *at;

		append_row(v, r, &t);
		text_char(&t, '\0');
		at = strstr(t.p, what);
		if (at) {
			*row = r;
			*col = 0;
			for (const char *p = t.p; p < at;) {
				uint32_t c;
				size_t n = utf8_decode((const uint8_t *)p, (size_t)(at - p), &c);

				*col += n ? utf8_columns(c) : 1;
				p += n ? n : 1;
			}
		}
		text_fini(&t);
		if (at)
			return true;
	}
	return false;
}

static bool
wait_for(struct vt *v, const char *what, bool is_wanted)
{
	long end = now_ms() + VT_WAIT_MS;
	unsigned row, col;

	do {
		while (vt_take(v, 0))
			;
		if (vt_find(v, what, &row, &col) == is_wanted)
			return true;
		look_after(v);
		if (!vt_take(v, 20) && v->has_ended)
			break;
	} while (now_ms() < end);
	return vt_find(v, what, &row, &col) == is_wanted;
}

bool
vt_wait(struct vt *v, const char *what)
{
	return wait_for(v, what, true);
}

bool
vt_wait_gone(struct vt *v, const char *what)
{
	return wait_for(v, what, false);
}

void
vt_settle(struct vt *v, int ms)
{
	long end = now_ms() + VT_WAIT_MS;

	while (vt_take(v, ms) && now_ms() < end)
		;
}

int
vt_ended(struct vt *v)
{
	long end = now_ms() + VT_WAIT_MS;

	while (!v->has_ended && now_ms() < end) {
		vt_take(v, 10);
		look_after(v);
	}
	while (vt_take(v, 20))
		;
	return v->has_ended ? v->status : -1;
}

bool
vt_is_over(struct vt *v)
{
	look_after(v);
	return v->has_ended;
}

static bool
wait_for_stop(struct vt *v, bool is_stopped)
{
	long end = now_ms() + VT_WAIT_MS;

	while (v->is_stopped != is_stopped && !v->has_ended && now_ms() < end) {
		vt_take(v, 10);
		look_after(v);
	}
	while (vt_take(v, 50))
		;
	return v->is_stopped == is_stopped;
}

bool
vt_stopped(struct vt *v)
{
	return wait_for_stop(v, true);
}

bool
vt_go_on(struct vt *v)
{
	/* All of the job, as a shell does. */
	kill(-v->pid, SIGCONT);
	return wait_for_stop(v, false);
}

bool
vt_vanish(struct vt *v)
{
	/* The shell goes as well, so it cannot tell. */
	struct pollfd p = { .fd = (int)syscall(SYS_pidfd_open, v->pid, 0), .events = POLLIN };

	close(v->fd);
	close(v->slave);
	v->fd = v->slave = -1;
	v->has_ended = p.fd >= 0 && poll(&p, 1, VT_WAIT_MS) == 1;
	close(p.fd);
	return v->has_ended;
}

pid_t
vt_pid(const struct vt *v)
{
	return v->pid;
}

size_t
vt_n_bytes(const struct vt *v)
{
	return v->n_bytes;
}

static void
append_color(const char *what, const VTermColor *c, bool is_default, struct text *t)
{
	if (is_default)
		text_fmt(t, "%s=- ", what);
	else if (VTERM_COLOR_IS_INDEXED(c))
		text_fmt(t, "%s=%d ", what, c->indexed.idx);
	else
		text_fmt(t, "%s=rgb ", what);
}

void
vt_look(struct vt *v, unsigned row, unsigned col, struct text *t)
{
	VTermPos pos = { (int)row, (int)col };
	VTermScreenCell cell;

	vterm_screen_get_cell(v->screen, pos, &cell);
	append_color("fg", &cell.fg, VTERM_COLOR_IS_DEFAULT_FG(&cell.fg), t);
	append_color("bg", &cell.bg, VTERM_COLOR_IS_DEFAULT_BG(&cell.bg), t);
	text_str(t, cell.attrs.bold ? "bold " : "");
	text_str(t, cell.attrs.underline ? "underline " : "");
	text_str(t, cell.attrs.reverse ? "reverse " : "");
}

bool
vt_is_given_back(struct vt *v)
{
	struct termios now;

	return !tcgetattr(v->slave, &now) && now.c_lflag == v->before.c_lflag &&
	       now.c_iflag == v->before.c_iflag && now.c_oflag == v->before.c_oflag &&
	       v->has_cursor && !v->has_mouse && !v->is_alternate;
}
