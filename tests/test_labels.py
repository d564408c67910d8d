"""How images are asked for by their labels: one grammar for the command line and `sample`."""

import numpy as np
import pytest

from dcgan_tf.labels import conditions_of, proportional_rows, requested

CLASSES = np.eye(4, dtype=np.float32)
LOOKS = np.float32([[0, 0, 1], [1, 0, 0], [1, 1, 0]])  # those that occur, of glasses, beard and smile
NAMES = ("glasses", "beard", "smile")


def asked(labels, n=2, conditions=CLASSES, **kwargs):
    y = requested(labels, n, conditions, **kwargs)
    assert y.shape == (n, conditions.shape[1])
    assert y.dtype == np.float32
    return y.tolist()


# conditions_of


def test_classes_that_do_not_occur_count_when_their_number_is_told():
    conditions, counts = conditions_of(np.array([3, 0, 3]), classes=5)
    np.testing.assert_array_equal(conditions, np.diag(np.ones(5)))
    assert conditions.dtype == np.float32
    assert counts.tolist() == [1, 0, 0, 2, 0]


def test_without_their_number_there_are_as_many_classes_as_the_largest_label_says():
    conditions, counts = conditions_of([1, 1, 2])
    np.testing.assert_array_equal(conditions, np.diag(np.ones(3)))
    assert counts.tolist() == [0, 2, 1]


def test_attributes_give_the_rows_that_occur_and_how_often():
    conditions, counts = conditions_of(np.uint8([[1, 1], [0, 1], [1, 1], [1, 1]]))
    assert conditions.dtype == np.float32
    assert dict(zip(map(tuple, conditions.tolist()), counts.tolist(), strict=True)) == {(0, 1): 1, (1, 1): 3}


@pytest.mark.parametrize(
    ("labels", "classes", "message"),
    [
        ([0, -1], None, "from 0, not be -1 to 0"),
        ([0, -1], 4, "from 0, not be -1 to 0"),
        ([0, 2], None, "from 0, not be 0 to 2"),  # more classes than labels
        ([0, 4, 1], 4, "with 4 classes the labels must be below 4, not 4"),
    ],
)
def test_labels_that_number_no_classes_are_refused(labels, classes, message):
    with pytest.raises(ValueError, match=message):
        conditions_of(labels, classes)


# proportional_rows


@pytest.mark.parametrize("n", [1, 7, 40])
def test_each_row_comes_as_often_as_its_share_to_within_one(n):
    frequencies = np.array([5, 0, 2, 13])
    rows = proportional_rows(frequencies, n)
    assert (np.diff(rows) >= 0).all()
    counts, due = np.bincount(rows, minlength=4), n * frequencies / 20
    assert counts.sum() == n
    assert abs(counts - due).max() < 1
    assert counts[1] == 0


# requested: no label


def test_without_a_label_the_rows_come_as_often_as_the_data_have_them():
    assert asked(None, 4, LOOKS, frequencies=[1, 0, 3]) == LOOKS[[0, 2, 2, 2]].tolist()
    assert asked(None, 4) == np.eye(4).tolist()  # all alike where it is not told


# requested: a text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smile", [0, 0, 1]),
        ("2", [0, 0, 1]),
        (" smile ,glasses", [1, 0, 1]),
        ("0,beard", [1, 1, 0]),
        ("", [0, 0, 0]),  # a face with nothing
        ("beard,beard", [0, 1, 0]),
    ],
)
def test_attributes_are_named_or_numbered_with_commas_between(text, expected):
    assert asked(text, conditions=LOOKS, names=NAMES) == [expected] * 2


def test_a_class_is_named_or_numbered():
    names = ("cat", "dog", "owl", "bat")
    assert asked("dog", names=names) == asked("1", names=names) == [[0, 1, 0, 0]] * 2
    assert asked("3") == [[0, 0, 0, 1]] * 2


def test_names_that_are_numbers_come_before_the_numbers():
    assert asked("7", names=("3", "5", "7", "9")) == [[0, 0, 1, 0]] * 2
    with pytest.raises(ValueError, match="one class of 3, 5, 7, 9, not '2'"):
        requested("2", 2, CLASSES, names=("3", "5", "7", "9"))


@pytest.mark.parametrize(
    ("text", "conditions", "names", "message"),
    [
        ("dog,cat", CLASSES, ("cat", "dog", "owl", "bat"), "a label is one class of cat, dog, owl, bat, not 'dog,cat'"),
        ("", CLASSES, (), "one class of 0 to 3, not ''"),
        ("4", CLASSES, (), "one class of 0 to 3, not '4'"),
        ("-1", CLASSES, (), "not '-1'"),
        ("wig", LOOKS, NAMES, "a label is attributes with commas between of glasses, beard, smile, not 'wig'"),
        ("smile,wig", LOOKS, NAMES, "not 'smile,wig'"),
        ("3", LOOKS, NAMES, "not '3'"),
        ("smile,", LOOKS, NAMES, "not 'smile,'"),
    ],
)
def test_a_text_that_names_nothing_is_refused(text, conditions, names, message):
    with pytest.raises(ValueError, match=message):
        requested(text, 2, conditions, names=names)


# requested: numbers


def test_integers_are_rows_of_the_conditions():
    assert asked(1, conditions=LOOKS) == [[1, 0, 0]] * 2
    assert asked(np.uint8([2, 0]), conditions=LOOKS) == LOOKS[[2, 0]].tolist()


@pytest.mark.parametrize("labels", [[0.5, 0, 1], [[0.5, 0, 1]], [[0.5, 0, 1]] * 2])
def test_other_numbers_are_y_itself(labels):
    assert asked(labels, conditions=LOOKS) == [[0.5, 0, 1]] * 2


def test_rows_of_integers_and_truths_are_y_too():
    assert asked([[1, 0, 1]], conditions=LOOKS) == asked([[True, False, True]], conditions=LOOKS) == [[1, 0, 1]] * 2


@pytest.mark.parametrize(
    "labels", [3, -1, [0, 3], [-1, 0], [0], [0, 1, 2], [0.0, 1.0], [[1, 0]], [[1, 0, 0]] * 3, [["a", "b", "c"]], [None]]
)
def test_numbers_that_ask_for_nothing_are_refused(labels):
    with pytest.raises(ValueError, match=r"one for all or 2 of them, integers from 0 to 2 or y of 3 numbers"):
        requested(labels, 2, LOOKS)


# what users bring


def test_labels_in_a_column_are_classes_as_keras_has_those_of_cifar_10():
    conditions, counts = conditions_of(np.uint8([[3], [0], [3]]), classes=4)
    np.testing.assert_array_equal(conditions, np.eye(4))
    assert counts.tolist() == [1, 0, 0, 2]
    assert asked([[3], [0]]) == CLASSES[[3, 0]].tolist()
    assert asked([[1], [0]], conditions=np.float32([[0], [1]])) == [[1], [0]]  # y itself, where it is one number


@pytest.mark.parametrize(
    "labels",
    [[], [0.5, 1], ["a"], [True, False], 5, np.zeros((2, 2, 2)), [[]], [[np.nan]], [["a"]], [None]],
    ids=str,
)
def test_labels_that_are_neither_integers_nor_attributes_are_refused(labels):
    with pytest.raises(ValueError, match=r"labels must be integers \(N,\) or attributes \(N, C\), not "):
        conditions_of(labels)


def test_more_classes_than_a_discriminator_can_be_told_of_are_refused():
    assert len(conditions_of(np.arange(1_000))[0]) == 1_000
    with pytest.raises(ValueError, match="at most 1,000 classes, not 10,000: join some"):
        conditions_of(np.arange(10_000))
    with pytest.raises(ValueError, match="not 10,000"):
        conditions_of([0, 1], classes=10_000)


@pytest.mark.parametrize("label", ["owl", "2", 2, [0, 2], [[2], [0]], [[0, 0, 0.5, 0]]])
def test_a_class_that_never_occurs_cannot_be_asked_for(label):
    names = ("cat", "dog", "owl\x1b[2J", "bat") if label == 2 else ("cat", "dog", "owl", "bat")
    with pytest.raises(ValueError, match=r"^owl.* never occurs in the training images") as caught:
        requested(label, 2, CLASSES, [5, 1, 0, 2], names)
    assert str(caught.value).isprintable()
    requested(label if label == [0, 2] else 1, 2, CLASSES)  # nothing is told of how often they occur
    with pytest.raises(ValueError, match=r"^2 never occurs"):
        requested(2, 2, CLASSES, [5, 1, 0, 2])


def test_an_attribute_that_never_occurs_cannot_be_asked_for():
    assert asked("glasses,smile", conditions=LOOKS, frequencies=[1, 1, 0], names=NAMES) == [[1, 0, 1]] * 2  # a new look
    with pytest.raises(ValueError, match="beard never occurs"):
        requested("glasses,beard", 2, LOOKS, [1, 1, 0], NAMES)


def test_a_name_may_have_commas_and_spaces_at_its_ends():
    names = ("T-shirt, top", "dress", " coat ", "top")
    assert asked("T-shirt, top", names=names) == [[1, 0, 0, 0]] * 2
    assert asked("coat", names=names) == [[0, 0, 1, 0]] * 2
    looks = np.float32([[1, 1, 0, 1], [0, 1, 1, 0]])
    assert asked("dress ,T-shirt, top", conditions=looks, names=names) == [[1, 1, 0, 0]] * 2
    assert asked("top, coat,T-shirt, top", conditions=looks, names=names) == [[1, 0, 1, 1]] * 2
    assert asked("a, b,c", conditions=LOOKS, names=("a", "a, b", "c")) == [[0, 1, 1]] * 2  # the longest of the names
    with pytest.raises(ValueError, match="not 'T-shirt,dress'"):
        requested("T-shirt,dress", 2, looks, names=names)


def test_names_are_shown_without_what_a_terminal_would_obey():
    with pytest.raises(ValueError, match=r"a label is one class of \\x1b\[2J, b, c, d, not '\\x1b'") as caught:
        requested("\x1b", 1, CLASSES, names=("\x1b[2J", "b", "c", "d"))
    assert str(caught.value).isprintable()
