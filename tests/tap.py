"""TAP output for the runners in this directory: cases run two at a time, printed in order."""
import concurrent.futures
import os


class Skip(Exception):
    """Raised by a case that cannot run here; the text says what is missing."""


def run_case(case, run):
    """(ok, directive, diagnostics) of one case; run returns a list of complaints."""
    try:
        complaints = run(case)
    except Skip as reason:
        return True, f" # SKIP {reason}", []
    except Exception as error:  # a broken case must not hide the ones after it
        complaints = [f"{type(error).__name__}: {error}"]
    return not complaints, "", complaints


def run_all(cases, run, name=str):
    """Run run(case) for each case, print TAP, return the exit status."""
    print("TAP version 13")
    print(f"1..{len(cases)}", flush=True)
    failed = 0
    jobs = min(2, os.cpu_count() or 1)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        results = pool.map(lambda case: run_case(case, run), cases)
        for number, (case, (ok, directive, complaints)) in enumerate(zip(cases, results), 1):
            print(f"{'ok' if ok else 'not ok'} {number} - {name(case)}{directive}")
            for line in "\n".join(complaints).splitlines():
                print(f"# {line}")
            print(end="", flush=True)
            failed += not ok
    return 1 if failed else 0


def skip_all(reason):
    print(f"1..0 # SKIP {reason}")
    return 0  # meson 1.0 takes any other status of a TAP test for an error
