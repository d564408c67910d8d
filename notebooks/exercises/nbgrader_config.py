"""Settings of nbgrader for this course; nbgrader reads them from the folder in which it is started."""

import os

c = get_config()  # noqa: F821  (nbgrader defines it)

c.CourseDirectory.course_id = "dcgan"
c.CourseDirectory.ignore.append("*.orig")  # what check_submissions.py --restore keeps

# nbgrader zip_collect reads student and exercise from the names that Moodle gives to files; other systems have others.
c.FileNameCollectorPlugin.named_regexp = (
    r".*/(?P<student_id>[^/_]+)_[^/]*_assignsubmission_file_/?(?P<file_id>\d\d_\w+)"
)

# Any text. Change it, and the hidden tests draw other numbers.
os.environ.setdefault("DCGAN_TF_EXERCISE_SEED", "0")

# Seconds for each cell. A call that a check makes is stopped after 10 s anyway, with a message for the student.
c.Execute.timeout = 120

# nbgrader gives nothing for a cell that writes to stderr, so TensorFlow's or a student's warnings would cost points.
# The marks of these exercises are numbers: what is on stderr says nothing.
c.Execute.extra_arguments = ["--IPKernelApp.capture_fd_output=False"]
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"(?s).*"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
