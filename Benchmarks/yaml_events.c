// yaml_events ROUNDS FILE: the floor of reading a file. Reads it and goes through libyaml's events, and does nothing
// with them. Prints the median in microseconds.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <yaml.h>

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double once(const char *path) {
  double start = now_us();
  FILE *file = fopen(path, "rb");
  if (file == NULL) exit(1);
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file);
  rewind(file);
  unsigned char *text = malloc(size);
  if (fread(text, 1, size, file) != size) exit(1);
  fclose(file);
  yaml_parser_t parser;
  yaml_parser_initialize(&parser);
  yaml_parser_set_input_string(&parser, text, size);
  for (int at_end = 0; !at_end;) {
    yaml_event_t event;
    if (!yaml_parser_parse(&parser, &event)) exit(1);
    at_end = event.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
  free(text);
  return now_us() - start;
}

int main(int argc, char **argv) {
  if (argc != 3) return 64;
  int rounds = atoi(argv[1]);
  double *times = calloc((size_t)rounds, sizeof *times);
  for (int i = 0; i < rounds; i++) times[i] = once(argv[2]);
  qsort(times, rounds, sizeof *times, by_value);
  printf("%.0f\n", times[rounds / 2]);
  return 0;
}
